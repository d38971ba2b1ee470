"""`poselift lift`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from poselift.cli import lift_options as say
from poselift.cli.warnings import WARNINGS
from poselift.detect import DEFAULT_DETECTOR
from poselift.errors import OutputError
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.tracking.who import Who
from poselift.world.options import Sizes, WorldOptions

if TYPE_CHECKING:
    from poselift.data.scene import Scene

_TABLES = ("poses.npz", "poses.json", "poses.csv")
_OVERLAY, _VIEWER = "overlay.mp4", "viewer.html"


def lift(
    source: say.Source,
    output: say.Output,
    detector: say.DetectorName = DEFAULT_DETECTOR,
    keypoint_format: say.KeypointFormat = None,
    size: say.Size = None,
    video: say.OfVideo = None,
    layout: say.Layout = None,
    most_confidence: say.MostConfidence = None,
    model: say.Model = None,
    precision: say.PrecisionName = "float32",
    device: say.DeviceName = "cpu",
    people: say.People = "all",
    person: say.Person = None,
    every: say.Every = 1,
    fps: say.Fps = None,
    flip: say.Flip = True,
    focal_px: say.FocalPx = None,
    fov_deg: say.FovDeg = None,
    height: say.Height = None,
    bone: say.Bone = None,
    pitch: say.Pitch = None,
    constant_bones: say.ConstantBones = True,
    max_gap: say.MaxGap = DEFAULTS.max_gap_s,
    smoothing: say.Smoothing = DEFAULTS.smoothing,
    cutoff_hz: say.CutoffHz = DEFAULTS.cutoff_hz,
    overlay: say.Overlay = True,
    viewer: say.Viewer = True,
    overwrite: say.Overwrite = False,
) -> None:
    """Lift a video, or a file of 2D keypoints, to 3D: poses as .npz, .json and .csv, and a page that plays them.

    Of a video there is an overlay too, the same video with its keypoints and the 3D figure beside it.
    """
    from poselift.cli.lift_overlay import overlay_of
    from poselift.cli.lift_source import AboutKeypoints, VideoSource, chosen_camera, source_of
    from poselift.files import output_folder
    from poselift.lifting.lifter import Lifter, default_lifter

    # Detection takes long: what can be wrong is checked before.
    wanted = Who.said(people, person)
    world = WorldOptions(constant_bones, Sizes.said(height or (), bone or ()), pitch)
    options = LiftOptions(max_gap_s=max_gap, smoothing=smoothing, cutoff_hz=cutoff_hz, world=world)
    about = AboutKeypoints(keypoint_format, size, video, layout, most_confidence)
    found = source_of(source, detector, every, fps, about)
    camera = chosen_camera(found, focal_px, fov_deg)
    form: dict[str, Any] = {"flip": flip, "precision": precision, "device": device}
    lifter = default_lifter(found.fps, **form) if model is None else Lifter(model, **form)
    _check_not_replaced(source, output)
    drawn_on = found.info if overlay and isinstance(found, VideoSource) else None
    with (
        output_folder(output, overwrite=overwrite),
        found.opened(lifter.skeleton) as lifted,
        overlay_of(drawn_on, output / _OVERLAY) as drawing,
    ):
        start = time.perf_counter()
        scene = lifted(lifter=lifter, camera=camera, options=options, who=wanted, watcher=drawing)
        _write(scene, start, output, viewer=viewer, overwrite=overwrite)
    if drawn_on is not None:
        typer.echo(f"  {output / _OVERLAY}")


def _check_not_replaced(source: Path, output: Path) -> None:
    for name in (_OVERLAY, *_TABLES):
        if source.resolve() == (output / name).resolve():
            own = "overlay" if name == _OVERLAY else "result"
            raise OutputError(f"{source}: would be replaced by its own {own}", "name another folder")


def _write(scene: Scene, start: float, output: Path, *, viewer: bool, overwrite: bool) -> None:
    from poselift.export.by_ending import export_scene
    from poselift.viz.viewer import write_viewer

    for name in _TABLES:
        export_scene(scene, output / name, overwrite=overwrite)
    for name in (_VIEWER, _OVERLAY):  # they show older poses
        (output / name).unlink(missing_ok=True)
    _tell(scene, time.perf_counter() - start, output)
    if viewer:
        write_viewer(scene, output / _VIEWER)
        typer.echo(f"  {output / _VIEWER}")


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
    for note in scene.footage.notes:
        if not WARNINGS.told(note):
            typer.echo(f"note: {note}")
    for name in _TABLES:
        typer.echo(f"  {output / name}")


def _seen(scene: Scene) -> tuple[int, int]:
    """In how many frames somebody is, and in how many of them all who are were not observed but interpolated."""
    import numpy as np

    somebody, observed = np.zeros((2, len(scene.footage)), dtype=bool)
    for person in scene.tracks:
        frames = slice(person.first_frame, person.first_frame + len(person.clip))
        somebody[frames] |= person.clip.valid
        observed[frames] |= person.clip.valid & ~person.clip.filled
    return int(somebody.sum()), int((somebody & ~observed).sum())
