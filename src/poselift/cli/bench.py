"""`poselift bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def bench(
    sections: Annotated[
        list[str] | None,
        typer.Argument(help="machine, lifting, training, evaluation, store, video. Default: all."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the figures here, .json, .md, .png or .svg.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often every way takes its turn.")] = 5,
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads of the networks and their references. Default: all.")
    ] = None,
    small: Annotated[bool, typer.Option("--small", help="Little data: only to see that it runs.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Measure this machine: poselift beside references and the machine's own limits, in alternating rounds."""
    from importlib import import_module

    from rich.console import Console

    from poselift.bench import SECTIONS
    from poselift.bench.machine import described
    from poselift.bench.report import FORMATS, results_to_table, write_results
    from poselift.bench.rounds import Settings, measured
    from poselift.cli.output import check_output
    from poselift.errors import RecipeError

    check_output(output, FORMATS, overwrite=overwrite)
    for name in sections or ():
        if name not in SECTIONS:
            raise RecipeError(f"unknown section {name!r}", f"known: {', '.join(SECTIONS)}")
    machine = {**described(), "threads": str(threads or "all")}
    typer.echo(", ".join(f"{name} {value}" for name, value in machine.items()))
    settings = Settings(rounds=rounds, seconds=0.01 if small else 0.3, small=small, threads=threads)
    results = []
    for name in sections or SECTIONS:
        module, function = SECTIONS[name].split(":")
        for contest in getattr(import_module(module), function)(settings):
            typer.echo(f"{name}: {contest.title}", err=True)
            results += measured(contest, settings)
    Console().print(results_to_table(results))
    if output is not None:
        write_results(results, machine, output, overwrite=overwrite)
