"""The `poselift` command: one module per command, imported when it is asked for."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from poselift import __version__
from poselift.cli import evaluate, export, lift, prepare, train, view
from poselift.errors import PoseliftError

app = typer.Typer(
    help="Lift 2D human keypoints to 3D poses.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("lift")(lift.lift)
app.command("view")(view.view)
app.add_typer(prepare.app, name="prepare")
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("export")(export.export)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"poselift {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run a command. Errors that poselift raises on purpose end in one line and a hint; defects in a traceback."""
    try:
        app(standalone_mode=True)
    except PoseliftError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        if error.hint:
            typer.secho(f"hint: {error.hint}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.secho("interrupted: no half-written file is left", fg="red", err=True)
        sys.exit(130)
