"""`poselift export-dataset`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export_dataset(
    dataset: Annotated[Path, typer.Argument(help="A dataset made by `poselift prepare h36m`.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the pickles.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace pickles in the folder.")] = False,
) -> None:
    """Write Human3.6M back as the pickles of lcn-pose, which the original code reads."""
    from poselift.data.store import load_store
    from poselift.data.writers.lcn_pose import write_lcn_pose

    store = load_store(dataset)
    write_lcn_pose(store, output, overwrite=overwrite)
    typer.echo(f"{output}: {store.n_frames} frames of {len(store.clips)} videos")
