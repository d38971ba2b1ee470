"""The first complaint of pydantic as one error of ours."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from poselift.errors import PoseliftError, RecipeError
from poselift.settings.described import (
    all_settings,
    choices,
    expected,
    is_union,
    listed,
    tables_of,
    tag_of,
    unwrapped,
)

_BOOLEAN_WORDS = {"true", "false", "yes", "no", "on", "off", "1", "0"}
_LONGEST = 80


def explained(error: ValidationError, kind: type[BaseModel], section: str, source: str = "") -> PoseliftError:
    """What is wrong with settings of a class, in one line: the key, what it may be and what it is.

    Args:
        section: the key of the settings as a whole.
        source: what the line begins with.
    """
    first = error.errors()[0]
    names, annotation, metadata = _located(kind, first["loc"])
    key = ".".join((section, *names) if section else names)
    where = f"{source}: " if source else ""
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, PoseliftError):
        # What is wrong with a recipe is a matter of the recipe.
        return (RecipeError if source else type(cause))(f"{where}{cause}", cause.hint)
    if first["type"] == "value_error":  # our own checks say what they expect
        return RecipeError(f"{where}{key}: {cause}")
    if first["type"] == "extra_forbidden":
        return RecipeError(f"{where}there is no setting {key}", _nearest(key, kind, section))
    if first["type"] == "missing":
        return RecipeError(f"{where}{key} is missing", f"add it to the recipe, or --set {key}=...")
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        known = listed([tag_of(table) for table in tables_of(annotation)])
        got = first["input"].get("kind") if isinstance(first["input"], dict) else first["input"]
        return RecipeError(f"{where}{key}: unknown kind {got!r}", f"known: {known}")
    wanted = "a finite number" if first["type"] == "finite_number" else expected(annotation, metadata)
    got = repr(first["input"])
    got = got if len(got) <= _LONGEST else f"{got[:_LONGEST]}..."
    return RecipeError(f"{where}{key}: expected {wanted}, got {got}", _hint(annotation, metadata, first["input"]))


def _located(kind: type[BaseModel], place: Sequence[int | str]) -> tuple[tuple[str, ...], Any, Sequence[Any]]:
    """The names that lead to a place, and the type there with what is said of it."""
    names: list[str] = []
    annotation: Any = kind
    key_annotation: Any = None
    metadata: Sequence[Any] = ()
    for part in place:
        bare, _ = unwrapped(annotation)
        if part == "[key]":  # it is the name itself that is wrong, not what stands under it
            return tuple(names), key_annotation, ()
        tables = tables_of(bare)
        if len(tables) > 1:  # pydantic names the kind of the table, which is no key
            annotation = next((table for table in tables if tag_of(table) == part), None)
        elif is_union(bare):
            break
        elif tables:
            names.append(str(part))
            field = tables[0].model_fields.get(str(part))
            annotation, metadata = (field.annotation, field.metadata) if field else (None, ())
        else:
            names.append(str(part))
            key_annotation = next(iter(get_args(bare)), None)
            annotation, metadata = _item(bare, part), ()
    return tuple(names), annotation, metadata


def _item(annotation: Any, place: int | str) -> Any:
    parts = get_args(annotation)
    if get_origin(annotation) is dict:
        return parts[1]
    if get_origin(annotation) is tuple and isinstance(place, int):
        return parts[0] if Ellipsis in parts else parts[min(place, len(parts) - 1)]
    return None


def _hint(annotation: Any, metadata: Sequence[Any], got: Any) -> str:
    bare, _ = unwrapped(annotation)
    if bare is bool and str(got).lower() in _BOOLEAN_WORDS:
        return "true or false, in lower case"
    if isinstance(got, str):
        near = get_close_matches(got, [str(choice) for choice in choices(annotation, metadata)], n=1)
        return f"did you mean {near[0]!r}?" if near else ""
    return ""


def _nearest(key: str, kind: type[BaseModel], section: str) -> str:
    known = list(dict.fromkeys(setting.key for setting in all_settings(kind, section)))
    if key in known:
        return f"{key.rsplit('.', 1)[0]} of another kind has it"
    last = key.rsplit(".", 1)[-1]
    elsewhere = [name for name in known if name.rsplit(".", 1)[-1] == last]
    # A whole table may be misspelt, or one name in it.
    tables = dict.fromkeys(name.rsplit(".", 1)[0] for name in known if "." in name)
    near = elsewhere or get_close_matches(key, [*known, *tables], n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
