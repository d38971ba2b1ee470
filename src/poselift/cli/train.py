"""`poselift train`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from poselift.training.log import Row
    from poselift.training.recipe import Recipe

# Shells expect 128 + the number of the signal; both signals are told as an interruption.
INTERRUPTED = 130


def train(
    recipe: Annotated[
        Path | None, typer.Argument(help="Recipe, a .toml file; with --resume, that of the run is the default.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the run.")] = Path("runs/lcn"),
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a setting of the recipe; VALUE is TOML."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the folder.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run in the folder.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps, or auto.")] = "auto",
) -> None:
    """Train a network by a recipe; `poselift recipe` lists every setting that it may have."""
    brief_waits()
    checked = _recipe(recipe, output, settings or [], resume=resume)
    follow(checked, output, resume=resume, overwrite=overwrite, device=device)


def brief_waits() -> None:
    """Let torch's threads sleep after a short wait, in a process that has not imported torch yet."""
    # They spin for milliseconds while they wait, and starve the thread that makes the batches and everybody else.
    # Asleep at once they wake up late a thousand times in a step: 2.5 times slower. So some microseconds of spinning.
    # It is read once, when torch is imported.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "3000")


def follow(
    recipe: Recipe, output: Path, *, resume: bool = False, overwrite: bool = False, device: str = "auto"
) -> None:
    """Follow a recipe, showing how it goes; Ctrl-C stops it so that nothing is lost."""
    from poselift.training.data import planned_steps, training_store
    from poselift.training.fits import check_fits
    from poselift.training.loop import train as run

    store = training_store(recipe)
    check_fits(recipe, store)
    steps = planned_steps(recipe, store)
    with stopped_by_signals() as stop, _display(steps) as report:
        result = run(recipe, output, resume=resume, overwrite=overwrite, device=device, report=report, stop=stop)
    if not result.finished:
        typer.echo(f"stopped after step {result.step} of {result.steps}, nothing is lost")
        typer.echo(f"go on with: poselift train --resume -o {output}")
        raise typer.Exit(INTERRUPTED)
    best = f"{result.best:.1f} mm MPJPE" if recipe.train.best_by == "mpjpe" else f"loss {result.best:.4e}"
    typer.echo(f"{output / 'best.safetensors'}: {best} on the validation set")


def _recipe(path: Path | None, output: Path, settings: list[str], *, resume: bool) -> Recipe:
    from poselift.errors import RecipeError
    from poselift.training.recipe_file import load_recipe

    if path is None and not resume:
        raise RecipeError("no recipe given", "name one, for instance recipes/video.toml")
    return load_recipe(path or output / "recipe.toml", settings)


@contextmanager
def stopped_by_signals() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C or SIGTERM came. A second Ctrl-C ends at once, as usual."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.signal(number, before[number])

    before: dict[int, Any] = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _display(steps: int) -> Iterator[Callable[[Row], None]]:
    """Show rows of the log: a bar on a terminal, lines elsewhere."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        yield lambda row: typer.echo(_line(row))
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=steps)
        best = ""

        def show(row: Row) -> None:
            nonlocal best
            if row.val_mpjpe_mm is not None:
                best = f"  val {row.val_mpjpe_mm:.1f} mm"
            text = f"{row.steps_per_s:.1f} steps/s  loss {row.loss:.5f}{best}"
            progress.update(task, completed=row.step, description=text)

        yield show


def _line(row: Row) -> str:
    line = f"step {row.step}  loss {row.loss:.5f}  lr {row.lr:.2e}  {row.steps_per_s:.1f} steps/s"
    if row.val_mpjpe_mm is None:
        return line
    return f"{line}  val MPJPE {row.val_mpjpe_mm:.1f} mm  PA-MPJPE {row.val_pa_mpjpe_mm:.1f} mm"
