"""`poselift export-clip`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poselift.export import EXPORTERS

_ENDINGS = ", ".join(f".{ending}" for ending in EXPORTERS)


def export_clip(
    result: Annotated[Path, typer.Argument(help="A result of `poselift lift`: poses.npz or poses.json.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help=f"File to write; its ending says the format: {_ENDINGS}.")
    ],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Write a result in another format."""
    from poselift.data.scene_file import load
    from poselift.export.by_ending import export_scene
    from poselift.world.placing import is_placed

    scene = load(result)
    written = export_scene(scene, output, overwrite=overwrite)
    people = "1 person" if len(scene) == 1 else f"{len(scene)} people"
    typer.echo(f"{', '.join(map(str, written))}: {people} in {len(scene.footage)} frames")
    if len(scene) and not (scene.footage.camera and is_placed(scene.footage.camera)):
        typer.echo("note: the camera stands in no world: lift again to have one; it is taken to be level")
