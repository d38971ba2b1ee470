"""`poselift view`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poselift.errors import RecipeError


def view(
    file: Annotated[Path, typer.Argument(help="A result: poses.npz or poses.json.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Page to write. Default: viewer.html beside the result.")
    ] = None,
    title: Annotated[str, typer.Option(help="Title of the page. Default: where the result came from.")] = "",
    video: Annotated[
        Path | None, typer.Option(help="The video that was lifted: it plays in step, from where it lies.")
    ] = None,
    embed: Annotated[bool, typer.Option("--embed", help="Put the video into the page.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older page.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
) -> None:
    """Make the page that plays a result in 3D. It is one file and needs no network."""
    from poselift.data.scene_file import load
    from poselift.viz.viewer import write_viewer

    page = output or file.with_name("viewer.html")
    if embed and video is None:
        raise RecipeError("--embed: expected --video, got none", "add it, or leave this out")
    write_viewer(load(file), page, title=title, video=video, embed=embed, overwrite=overwrite)
    typer.echo(page)
    if open_browser:
        typer.launch(str(page))
