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
    skeleton: Annotated[
        str,
        typer.Option(
            help="Joints to keep: h36m17, or the .toml file of a skeleton whose joints have the files' names."
        ),
    ] = "h36m17",
    unit_mm: Annotated[
        float | None,
        typer.Option(
            help="Millimetres that a length of 1 stands for in the files. Default: what makes a human of each."
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older store.")] = False,
) -> None:
    """Motion capture to a dataset store, split so that no test motion is trained on.

    Reads BVH with joint names of the CMU database's conversion or of Character Creator, and ASF/AMC; any other with
    --skeleton.
    """
    from poselift.cli.progress import progress_bar
    from poselift.data.readers.corpus import mocap_files, prepare_mocap
    from poselift.errors import OutputError
    from poselift.skeleton import skeleton_of

    if output.exists() and not overwrite:
        raise OutputError(f"{output}: exists", "name another file, or add --overwrite")
    joints = skeleton_of(skeleton)
    with progress_bar("read", len(mocap_files(folders))) as show:
        store = prepare_mocap(folders, skeleton=joints, unit_mm=unit_mm, fps=fps, on_file=show)
    store.save(output, overwrite=overwrite)
    _summary(store, output)


@app.command("h36m")
def h36m(
    source: Annotated[Path, typer.Argument(help="Folder with Human3.6M, in any of the layouts.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Store to write, a .safetensors file.")],
    layout: Annotated[
        str | None, typer.Option(help="The layout of the folder. Default: the one that lies there.")
    ] = None,
    val: Annotated[
        list[str] | None, typer.Option(help="Subjects of the training set to validate on. Default: S8.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older store.")] = False,
) -> None:
    """Human3.6M to a dataset store: S1, S5, S6, S7 to train on, S8 to validate, S9 and S11 to test.

    Layouts: lcn_pose, matlab_meta, videopose3d, baseline, original, motionbert; see docs/reproduce-lcn.md.
    """
    from poselift.cli.progress import progress_bar
    from poselift.data.readers.h36m import prepare_h36m
    from poselift.errors import OutputError

    if output.exists() and not overwrite:
        raise OutputError(f"{output}: exists", "name another file, or add --overwrite")
    with progress_bar("read", None) as show:
        store = prepare_h36m(source, layout=layout, val_subjects=val or ("S8",), on_recording=show)
    store.save(output, overwrite=overwrite)
    _summary(store, output)


def _summary(store: DatasetStore, output: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from poselift.data.sources.recordings import detection_sources

    same = store.about.get("same_takes", [])
    note = f"{len(same)} takes come more than once, in {sum(map(len, same))} clips; each is in one split"
    caption = note if same else None
    if "joints_cam_mm" in store.arrays:
        caption = f"2D joints: {', '.join(detection_sources(store))}"
    table = Table("split", "clips", "frames", "minutes", title=str(output), caption=caption)
    for split, clips in sorted(store.splits.items()):
        minutes = sum(clip.length / clip.fps for clip in clips) / 60
        table.add_row(split, str(len(clips)), str(sum(clip.length for clip in clips)), f"{minutes:.1f}")
    Console().print(table)
    for kind in ("subject", "action"):
        for name in store.about.get(f"{kind}s", ()):
            if name not in {getattr(clip, kind) for clip in store.clips}:
                typer.echo(f"no frames of {kind} {name}", err=True)
