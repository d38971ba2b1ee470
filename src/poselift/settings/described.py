"""What settings there are: their names, what they may be in words, their defaults and their meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from poselift.settings.choice import OneOf

_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
}
_ATTRIBUTE = re.compile(r"    (\w+(?:, \w+)*): (.*(?:\n        .*)*)")


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        key: its dotted name.
        expected: what it may be, in words.
        default: as Python has it; None where it has to be given.
        needed: whether it has to be given.
        meaning: in a sentence.
    """

    key: str
    expected: str
    default: Any
    needed: bool
    meaning: str


def all_settings(kind: type[BaseModel], section: str = "") -> Iterator[Setting]:
    """Every setting of a class and of those inside it; of several kinds of a table each in turn."""
    meanings = meanings_of(kind)
    for name, field in kind.model_fields.items():
        key = f"{section}.{name}" if section else name
        tables = tables_of(field.annotation)
        for table in tables:
            yield from all_settings(table, key)
        if not tables:
            needed = field.is_required()
            default = None if needed else field.get_default(call_default_factory=True)
            words = expected(field.annotation, field.metadata)
            yield Setting(key, words, default, needed, meanings.get(name, ""))


def meanings_of(kind: type[BaseModel]) -> dict[str, str]:
    """What the docstring of a class, and of those that it is made from, says in its Attributes."""
    found: dict[str, str] = {}
    for owner in reversed(kind.__mro__):
        _, _, listed = cleandoc(owner.__doc__ or "").partition("Attributes:\n")
        for names, text in _ATTRIBUTE.findall(listed.split("\n\n")[0]):
            found |= dict.fromkeys(names.split(", "), " ".join(text.split()))
    return found


def tables_of(annotation: Any) -> tuple[type[BaseModel], ...]:
    """The classes of settings that a value may be of; none for a plain value."""
    bare, _ = unwrapped(annotation)
    members = get_args(bare) if is_union(bare) else (bare,)
    classes = tuple(unwrapped(member)[0] for member in members)
    return classes if all(isinstance(c, type) and issubclass(c, BaseModel) for c in classes) else ()


def tag_of(table: type[BaseModel]) -> str:
    """The kind of a table that comes in several kinds, by its field of one choice."""
    for field in table.model_fields.values():
        choices = get_args(field.annotation)
        if get_origin(field.annotation) is Literal and len(choices) == 1:
            return str(choices[0])
    return ""


def unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """A type without its `Annotated`, and what that says of it."""
    if get_origin(annotation) is not Annotated:
        return annotation, []
    bare, *metadata = get_args(annotation)
    return bare, [m for entry in metadata for m in (entry.metadata if isinstance(entry, FieldInfo) else [entry])]


def is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def expected(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """What a value of a type may be, in words."""
    bare, more = unwrapped(annotation)
    origin, parts = get_origin(bare), get_args(bare)
    if origin is tuple:
        items = [expected(part) for part in parts if part is not Ellipsis]
        return f"a list, each {items[0]}" if Ellipsis in parts else f"[{', '.join(items)}]"
    if origin is dict:
        names = choices(parts[0])
        table = f"a table of {listed([repr(name) for name in names])}" if names else "a table"
        return table if parts[1] is Any else f"{table}, each value {expected(parts[1])}"
    if tables := tables_of(bare):
        kinds = [tag_of(table) for table in tables if len(tables) > 1]
        return f"a table of kind {listed(kinds)}" if kinds else "a table"
    if is_union(bare):  # None is a setting left out, which nobody can write down
        return listed([expected(part, [*metadata, *more]) for part in parts if part is not type(None)])
    if names := choices(bare, [*metadata, *more]):
        return listed([repr(name) for name in names])
    return _WORDS.get(bare, "a value") + _bounds([*metadata, *more])


def choices(annotation: Any, metadata: Sequence[Any] = ()) -> list[Any]:
    """The values among which there is a choice; none where there is none."""
    bare, more = unwrapped(annotation)
    if get_origin(bare) is Literal:
        return list(get_args(bare))
    return [name for m in (*metadata, *more) if isinstance(m, OneOf) for name in m.table]


def listed(words: Sequence[str]) -> str:
    """a, b or c."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _bounds(metadata: Sequence[Any]) -> str:
    limits = {name: getattr(m, name) for m in metadata for name in ("ge", "gt", "le", "lt") if hasattr(m, name)}
    if not limits.keys() & {"ge", "gt"}:
        return ""
    low, words, between = ("ge", "of at least", "from") if "ge" in limits else ("gt", "greater than", "above")
    if "le" in limits:
        return f" {between} {limits[low]} to {limits['le']}"
    if "lt" in limits:
        return f" {between} {limits[low]} to below {limits['lt']}"
    return f" {words} {limits[low]}"
