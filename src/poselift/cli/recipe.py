"""`poselift recipe`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from poselift.models import MODELS
from poselift.training.optimisers import OPTIMISERS

_WIDTH = 116


def recipe(
    section: Annotated[str | None, typer.Argument(help="Show this table alone, for instance optim.")] = None,
    model: Annotated[str, typer.Option(help=f"The network: {', '.join(MODELS)}.")] = "lcn",
    optimiser: Annotated[str, typer.Option(help=f"The optimiser: {', '.join(OPTIMISERS)}.")] = "adam",
) -> None:
    """List every setting of a recipe: its meaning, what it may be, its default.

    What is printed is itself a recipe, once it names a store and how long to train.
    """
    from poselift.errors import RecipeError
    from poselift.lookup import look_up
    from poselift.models import model_class
    from poselift.settings.described import tables_of
    from poselift.training.recipe import Recipe

    fields = Recipe.model_fields.items()
    tables: dict[str, Any] = {name: field.annotation for name, field in fields if tables_of(field.annotation)}
    tables |= {"model": model_class(model).Config, "optim": look_up(OPTIMISERS, optimiser, "optimiser")}
    if section is not None and section not in tables:
        raise RecipeError(f"a recipe has no table {section!r}", f"known: {', '.join(tables)}")
    if section is None:  # what stands in no table comes before all of them
        for line in _values(Recipe, ""):
            typer.echo(line)
        typer.echo()
    for name, kind in tables.items():
        if section not in (None, name):
            continue
        typer.echo(f"[{name}]")
        if name == "model":
            typer.echo(f'# Which network.\nname = "{model}"  # {_listed(MODELS)}')
        for line in _settings(kind, name):
            typer.echo(line)
        typer.echo()


def _settings(kind: type[Any], name: str) -> Iterator[str]:
    """The settings of the table `name`, each below what it means; tables inside of it come last."""
    from poselift.settings.described import tables_of

    yield from _values(kind, name)
    for key, field in kind.model_fields.items():
        if not (tables := tables_of(field.annotation)):
            continue
        yield f"\n[{name}.{key}]"
        for table in sorted(tables, key=lambda table: not isinstance(field.default, table)):
            for line in _settings(table, f"{name}.{key}"):
                # Of several kinds of a table one is there, and the others may be put in its place.
                yield line if isinstance(field.default, table) or line.startswith("#") else f"# {line}"


def _values(kind: type[Any], name: str) -> Iterator[str]:
    """The settings of a table that are no tables themselves."""
    from poselift.settings.described import expected, meanings_of, tables_of

    meanings = meanings_of(kind)
    for key, field in kind.model_fields.items():
        if tables_of(field.annotation):
            continue
        yield from _comment(meanings.get(key, ""))
        may_be = expected(field.annotation, field.metadata)
        if field.is_required():
            yield f"# {key} =  # {may_be}; it has to be given"
        else:
            default = field.get_default(call_default_factory=True)
            may_be = _listed(OPTIMISERS) if (name, key) == ("optim", "name") else may_be
            yield f"# {key} =  # {may_be}" if default is None else f"{key} = {_toml(default)}  # {may_be}"


def _listed(names: Iterable[str]) -> str:
    from poselift.settings.described import listed

    return listed([repr(name) for name in names])


def _comment(meaning: str) -> list[str]:
    return textwrap.wrap(meaning[:1].upper() + meaning[1:], _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _toml(value: Any) -> str:
    """A default as one line of TOML."""
    import tomli_w

    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {_toml(part)}' for key, part in value.items())}}}"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")
