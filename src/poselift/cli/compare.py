"""`poselift compare`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from poselift.cli.clip_options import Only, Without


class By(str, Enum):
    """What the columns are."""

    action = "action"
    subject = "subject"
    joint = "joint"


def compare(
    dataset: Annotated[Path, typer.Argument(help="A dataset of recordings, made by `poselift prepare`.")],
    runs: Annotated[list[Path], typer.Argument(help="Models, or what `poselift predict` wrote; a row for each.")],
    protocol: Annotated[str, typer.Option(help="By which protocol, see `poselift evaluate`.")] = "root_relative",
    by: Annotated[By, typer.Option(help="What the columns are.")] = By.action,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the table here, .json, .csv, .tex, .png or .svg.")
    ] = None,
    splits: Annotated[list[str] | None, typer.Option("--split", help="Parts of the dataset. Default: test.")] = None,
    detections: Annotated[str, typer.Option(help="Of models: which 2D joints.")] = "gt",
    flip: Annotated[bool, typer.Option(help="Of models: average with the mirror image.")] = True,
    only: Only = None,
    without: Without = None,
    without_faulty: Annotated[
        bool,
        typer.Option(
            "--without-faulty", help="Leave out clips that are tagged faulty; in Human3.6M three takes of S9."
        ),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Several models or predictions side by side, by one protocol."""
    from rich.console import Console

    from poselift.cli.output import check_output
    from poselift.cli.progress import progress_bar
    from poselift.data.store import load_store
    from poselift.evaluation.clips import chosen_clips
    from poselift.evaluation.predicting import predictions_of
    from poselift.evaluation.recordings import evaluate_recordings
    from poselift.evaluation.report_files import FORMATS, write_comparison
    from poselift.metrics import compared, comparison_to_table
    from poselift.metrics.protocols import protocols_named

    check_output(output, FORMATS, overwrite=overwrite)
    protocols_named([protocol])
    store = load_store(dataset)
    clips = chosen_clips(
        store, splits or ("test",), only=only or (), without=without or (), without_faulty=without_faulty
    )
    reports = {}
    for name, run in _named(runs).items():
        with progress_bar("predict", len(clips)) as show:
            made = predictions_of(run, store, clips, detections, on_clip=show, flip=flip)
        reports[name] = evaluate_recordings(made, store, clips)
    for what in ("detections", "flip"):
        said = {name: report.about.get(what, "unknown") for name, report in reports.items()}
        if len(set(said.values())) > 1:
            each = ", ".join(f"{name} {value}" for name, value in said.items())
            typer.echo(f"the runs differ in {what}: {each}", err=True)
    table = compared(reports, protocol, by.value)
    Console().print(comparison_to_table(table))
    if output is not None:
        write_comparison(table, output, overwrite=overwrite)


def _named(runs: list[Path]) -> dict[str, Path]:
    """Short names that tell the runs apart: the file's, or the last folders too where files share theirs."""
    for parts in range(1, max(len(run.resolve().parts) for run in runs) + 1):
        names = ["/".join(run.resolve().with_suffix("").parts[-parts:]) for run in runs]
        if len(set(names)) == len(runs):
            return dict(zip(names, runs, strict=True))
    from poselift.errors import RecipeError

    raise RecipeError("the same run comes twice", "name each run once")
