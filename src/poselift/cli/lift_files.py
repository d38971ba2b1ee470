"""The files that `poselift lift` writes, and what it says of a scene."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from poselift.cli.warnings import WARNINGS
from poselift.multiview import REPROJECTION

if TYPE_CHECKING:
    from poselift.data.scene import Scene

TABLES = ("poses.npz", "poses.json", "poses.csv")
OVERLAY, VIEWER = "overlay.mp4", "viewer.html"


def write_results(scene: Scene, start: float, output: Path, *, viewer: bool, overwrite: bool) -> None:
    """Write the poses and the page into a folder, and tell what is in them.

    Args:
        start: when lifting began, by `time.perf_counter`.
    """
    from poselift.export.by_ending import export_scene
    from poselift.viz.viewer import write_viewer

    for name in TABLES:
        export_scene(scene, output / name, overwrite=overwrite)
    for name in (VIEWER, OVERLAY):  # they show older poses
        (output / name).unlink(missing_ok=True)
    _tell(scene, time.perf_counter() - start, output)
    if viewer:
        write_viewer(scene, output / VIEWER)
        typer.echo(f"  {output / VIEWER}")


def _tell(scene: Scene, seconds: float, output: Path) -> None:
    """Say what was found and how fast; loading models and making the page do not count."""
    frames, people = len(scene.footage), len(scene)
    somebody, filled = _seen(scene)
    who = f"{somebody} with a person" if people == 1 else f"{people} people, {somebody} with somebody"
    speed = f"{frames / seconds:.1f} frames/s"
    typer.echo(f"{frames} frame{'s' * (frames != 1)}, {who} ({filled} of them filled), {speed}")
    if how := scene.about:
        cutoff = f", -3 dB at {how['cutoff_hz']:g} Hz" if "cutoff_hz" in how else ""
        typer.echo(f"model {how['model']}, smoothing {how['smoothing']}{cutoff}")
        if "cameras" in how:
            typer.echo(_cameras(how))
    for note in scene.footage.notes:
        if not WARNINGS.told(note):
            typer.echo(f"note: {note}")
    for name in TABLES:
        typer.echo(f"  {output / name}")


def _cameras(how: Mapping[str, str | float]) -> str:
    """How well several cameras agree."""
    errors = [
        f"{name.removeprefix(REPROJECTION)} {error:g} px"
        for name, error in how.items()
        if name.startswith(REPROJECTION)
    ]
    share = f"{how['cameras']:g} cameras, {float(how['triangulated']):.0%} of the joints triangulated"
    return f"{share}, reprojection error in the median: {', '.join(errors)}" if errors else share


def _seen(scene: Scene) -> tuple[int, int]:
    """In how many frames somebody is, and in how many of them all who are were not observed but interpolated."""
    import numpy as np

    somebody, observed = np.zeros((2, len(scene.footage)), dtype=bool)
    for person in scene.tracks:
        frames = slice(person.first_frame, person.first_frame + len(person.clip))
        somebody[frames] |= person.clip.valid
        observed[frames] |= person.clip.valid & ~person.clip.filled
    return int(somebody.sum()), int((somebody & ~observed).sum())
