"""The `poselift` command: one module per command, imported when it is asked for."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from poselift.cli import (
    angles,
    bench,
    compare,
    convert,
    evaluate,
    experiment,
    export,
    export_clip,
    export_dataset,
    graph,
    lcn_pose,
    lift,
    predict,
    prepare,
    recipe,
    train,
    view,
)
from poselift.cli.streams import lasting_streams
from poselift.cli.warnings import WARNINGS
from poselift.errors import EXTRAS, MissingExtraError, OutputError, PoseliftError
from poselift.files import cache_folder
from poselift.version import __version__

# Some versions of typer carry a copy of click, the others the real one; both tell usage errors by this class.
_UsageError: Any = typer.BadParameter.__base__


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # typer would end without a word
            typer.secho("interrupted: no half-written file is left", fg="red", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Commands,
    help="Lift 2D human keypoints to 3D poses.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("lift")(lift.lift)
app.command("view")(view.view)
app.command("angles")(angles.angles)
app.add_typer(prepare.app, name="prepare")
app.command("recipe")(recipe.recipe)
app.command("train")(train.train)
app.command("predict")(predict.predict)
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("experiment")(experiment.experiment)
app.command("bench")(bench.bench)
app.command("graph")(graph.graph)
app.command("export")(export.export)
app.command("export-clip")(export_clip.export_clip)
app.command("export-dataset")(export_dataset.export_dataset)
app.add_typer(convert.app, name="convert")
app.add_typer(lcn_pose.app, name="lcn-pose")


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
    """Run a command. What the user can mend ends in one line and a hint, a defect of poselift in a traceback."""
    logging.basicConfig(handlers=[WARNINGS])
    # matplotlib keeps a list of fonts, and makes folders in the user's home unless it is told where.
    os.environ.setdefault("MPLCONFIGDIR", str(cache_folder() / "matplotlib"))
    with lasting_streams() as printed:
        code = _ended()
        if printed.lost_because is not None:
            why = printed.lost_because.strerror
            _complain(f"standard output: cannot be written ({why})", "free some space or choose another place")
            code = code or OutputError.exit_code
    sys.exit(code)


def _ended() -> int | None:
    """The exit code of a command that was run."""
    code: int | None
    try:
        code = app(args=sys.argv[1:] or ["--help"], prog_name="poselift", standalone_mode=False)
    except PoseliftError as error:
        _complain(str(error), error.hint)
        code = error.exit_code
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package not in EXTRAS:
            raise
        missing = MissingExtraError(package, EXTRAS[package])
        _complain(str(missing), missing.hint)
        code = missing.exit_code
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # of a group of commands; its message is its help
            error.show()
        else:
            _complain(error.format_message(), f"{error.ctx.command_path if error.ctx else 'poselift'} --help")
        code = error.exit_code
    return code


def _complain(message: str, hint: str) -> None:
    typer.secho(f"error: {' '.join(message.split())}", fg="red", err=True)
    if hint:
        typer.secho(f"hint: {hint}", err=True)
