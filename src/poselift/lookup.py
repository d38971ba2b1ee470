"""The tables of the house: names that the user says, and what they stand for, imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from poselift.errors import RecipeError


def look_up(table: Mapping[str, str], name: str, what: str) -> Any:
    """What stands under a name of a table `name -> "module:attribute"`.

    Args:
        what: what the table holds, for people, such as "detector".

    Raises:
        RecipeError: as for `checked_name`.
    """
    module, attribute = table[checked_name(table, name, what)].split(":")
    return getattr(import_module(module), attribute)


def checked_name(table: Mapping[str, Any], name: str, what: str) -> str:
    """The name, if it is in the table; nothing is imported.

    Raises:
        RecipeError: it is not; the hint names the nearest, and all there are.
    """
    if name not in table:
        near = get_close_matches(name, table, n=1)
        known = f"known: {', '.join(table)}"
        raise RecipeError(f"unknown {what} {name!r}", f"did you mean {near[0]!r}? {known}" if near else known)
    return name
