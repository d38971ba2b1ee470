"""`poselift prepare`: a command for every row of the readers' table, made of what its function says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from poselift.data.store import DatasetStore

_Output = Annotated[Path, typer.Option("--output", "-o", help="Store to write, a .safetensors file.")]
_Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an older store.")]
_OWN = {"output": (_Output, ...), "overwrite": (_Overwrite, False)}


class _Readers(TyperGroup):
    """Commands that are made when they are asked for, so that no reader is imported for another."""

    def list_commands(self, ctx: Any) -> list[str]:
        from poselift.data.readers import READERS

        return list(READERS)

    def get_command(self, ctx: Any, name: str) -> Any:
        from poselift.data.readers import READERS
        from poselift.lookup import look_up

        return _command(name, look_up(READERS, name, "reader")) if name in READERS else None


app = typer.Typer(cls=_Readers, help="Make a dataset store of foreign data.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


def _command(name: str, read: Callable[..., DatasetStore]) -> Any:
    """The command of a reader, see `data.readers` for what a reader is."""
    hints = get_type_hints(read, include_extras=True)
    source, *options = [parameter for parameter in inspect.signature(read).parameters if parameter != "on_read"]
    defaults = {key: parameter.default for key, parameter in inspect.signature(read).parameters.items()}
    shown = {source: (_argument(hints[source]), ...), **{k: _option(hints[k], defaults[k]) for k in options}}

    def run(*, output: Path, overwrite: bool, **chosen: Any) -> None:
        given = {key: _given(hints[key], value) for key, value in chosen.items() if key != source}
        _prepare(read, chosen[source], output, overwrite=overwrite, **given)

    parameters = [
        inspect.Parameter(
            key,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=hint,
            default=inspect.Parameter.empty if default is ... else default,
        )
        for key, (hint, default) in {**shown, **_OWN}.items()
    ]
    # What typer reads to make a command.
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    made = typer.Typer(add_completion=False)
    made.command(name, help=_help(read))(run)
    return typer.main.get_command(made)


def _argument(hint: Any) -> Any:
    kind, option = get_args(hint)[:2]
    return Annotated[_shown_type(kind), typer.Argument(help=option.help)]


def _option(hint: Any, default: Any) -> tuple[Any, Any]:
    """An option's annotation and default, as typer takes them."""
    from poselift.skeleton import Skeleton

    kind, option = get_args(hint)[:2]
    flags = [option.flag] if option.flag else []
    if isinstance(default, Skeleton):
        default = default.name
    elif isinstance(default, tuple):
        default = list(default)
    return Annotated[_shown_type(kind), typer.Option(*flags, help=option.help)], default


def _shown_type(kind: Any) -> Any:
    """What is typed in place of a type: the name or file of a skeleton, several words."""
    from poselift.skeleton import Skeleton

    if kind is Skeleton:
        return str
    return list[get_args(kind)[0]] if get_origin(kind) is Sequence else kind  # type: ignore[misc]


def _given(hint: Any, value: Any) -> Any:
    from poselift.skeleton import Skeleton, skeleton_of

    return skeleton_of(value) if get_args(hint)[0] is Skeleton else value


def _help(read: Callable[..., Any]) -> str:
    """What a reader's docstring says to its users."""
    text = inspect.getdoc(read) or ""
    for part in ("Args:", "Returns:", "Raises:"):
        text = text.partition(f"\n{part}")[0]
    return text.strip()


def _prepare(
    read: Callable[..., DatasetStore], source: Any, output: Path, *, overwrite: bool, **options: Any
) -> None:
    from poselift.cli.output import check_output
    from poselift.cli.progress import progress_bar

    check_output(output, None, overwrite=overwrite)
    with progress_bar("read", None) as show:
        store = read(source, **options, on_read=show)
    store.save(output, overwrite=overwrite)
    _summary(store, output)


def _summary(store: DatasetStore, output: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from poselift.data.sources.recordings import detection_sources

    same = store.about.get("same_takes", [])
    note = f"{len(same)} takes come more than once, in {sum(map(len, same))} clips; each is in one split"
    caption = note if same else None
    if store.kind == "recordings":
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
