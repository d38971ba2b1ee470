"""`poselift experiment`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from poselift.cli.train import INTERRUPTED, stopped_by_signals
from poselift.threads import usable_cores

if TYPE_CHECKING:
    from poselift.experiments.plan import Plan
    from poselift.experiments.running import Task


def experiment(
    names: Annotated[
        list[str] | None, typer.Argument(help="Experiments of recipes/experiments, or their .toml files.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of recipes/experiments.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Tell what there is, and do nothing.")] = False,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the tables and plots; older ones are replaced.")
    ] = Path("docs/experiments"),
    runs: Annotated[
        Path, typer.Option("--runs", help="Folder of the trainings and their results; what is finished stays.")
    ] = Path("runs/experiments"),
    store: Annotated[Path | None, typer.Option("--store", help="The dataset, in place of the recipes' own.")] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Train so long, for a quick look.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a setting of every recipe; VALUE is TOML."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Trainings at once, a thread each. Default: as many as cores.")
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps, or auto; what trains.")] = "cpu",
) -> None:
    """Answer a question by training: networks that differ in a setting, with several seeds, in one table and plot.

    Interrupted at any place, the same command goes on; what is finished is not done again.
    """
    from poselift.errors import RecipeError
    from poselift.experiments.plan import plan
    from poselift.experiments.recipe import known_experiments, load_experiment
    from poselift.experiments.running import tasks_of

    if listed:
        for name, path in known_experiments().items():
            typer.echo(f"{name:<16}{load_experiment(path).title}")
        return
    wanted = list(known_experiments()) if every else names or []
    if not wanted:
        raise RecipeError("no experiment given", "name one or more, or --all; --list tells what there is")
    overrides = [*(settings or []), *([f"train.steps={steps}"] if steps else [])]
    overrides += [f"data.store={_toml(str(store))}"] if store else []
    plans = [plan(name, overrides) for name in wanted]
    tasks = tasks_of(plans, runs, device)
    everything = sum(len(plan.runs) for plan in plans)
    typer.echo(f"{everything} results of {len(plans)} experiments, {len(tasks)} networks to train or to measure")
    try:
        _do(tasks, jobs or usable_cores())
    finally:
        _report(plans, runs, output)


def _do(tasks: list[Task], jobs: int) -> None:
    """Do what is left, telling each that ends; failures are told at the end."""
    from poselift.errors import TrainingError
    from poselift.experiments.workers import outcomes

    failures = []
    with stopped_by_signals() as stop:
        for number, outcome in enumerate(outcomes(tasks, jobs, stop), 1):
            if outcome.failure:
                failures.append(f"{outcome.task.name}: {outcome.failure}")
            state = "done" if outcome.done else "failed" if outcome.failure else "stopped"
            typer.echo(f"{number}/{len(tasks)}  {outcome.task.name}  {state}")
        interrupted = stop()
    for failure in failures:
        typer.echo(failure, err=True)
    if interrupted:
        typer.echo("stopped, nothing is lost: the same command goes on")
        raise typer.Exit(INTERRUPTED)
    if failures:
        raise TrainingError(
            f"{len(failures)} of {len(tasks)} networks failed, named above", "the same command tries them again"
        )


def _report(plans: list[Plan], runs: Path, output: Path) -> None:
    from poselift.experiments.report_files import write_report_of

    for plan in plans:
        summary = write_report_of(plan, runs, output)
        if summary.results:
            typer.echo(f"{output / plan.name}.md")


def _toml(text: str) -> str:
    """A path as TOML, whatever characters it has."""
    import json

    return json.dumps(text)
