"""`poselift prepare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from poselift.data.store import DatasetStore

app = typer.Typer(help="Make a dataset store of foreign data.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@app.command("mocap")
def mocap(
    folders: Annotated[list[Path], typer.Argument(help="Folders with .bvh files, or .amc files beside their .asf.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Store to write, a .safetensors file.")],
    fps: Annotated[float, typer.Option(help="Most frames per second to keep.")] = 60.0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older store.")] = False,
) -> None:
    """Motion capture to a dataset store, split so that no test motion is trained on.

    Reads BVH with joint names of the CMU database's conversion or of Character Creator, and ASF/AMC.
    """
    from poselift.cli.progress import progress_bar
    from poselift.data.readers.corpus import mocap_files, prepare_mocap
    from poselift.errors import OutputError

    if output.exists() and not overwrite:
        raise OutputError(f"{output}: exists", "name another file, or add --overwrite")
    with progress_bar("read", len(mocap_files(folders))) as show:
        store = prepare_mocap(folders, fps=fps, on_file=show)
    store.save(output, overwrite=overwrite)
    _summary(store, output)


def _summary(store: DatasetStore, output: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    same = store.about["same_takes"]
    note = (
        f"{len(same)} takes come more than once, in {sum(map(len, same))} clips; each is in one split"
        if same
        else None
    )
    table = Table("split", "clips", "frames", "minutes", title=str(output), caption=note)
    for split, clips in sorted(store.splits.items()):
        minutes = sum(clip.length / clip.fps for clip in clips) / 60
        table.add_row(split, str(len(clips)), str(sum(clip.length for clip in clips)), f"{minutes:.1f}")
    Console().print(table)
