"""Recipes in TOML: read, overridden and written."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from poselift.errors import RecipeError
from poselift.training.recipe import Recipe


def load_recipe(path: Path, settings: Sequence[str] = ()) -> Recipe:
    """Read a recipe; `settings` such as "optim.lr=5e-4" override it.

    Raises:
        RecipeError: the file cannot be read, a key is unknown (the hint names the nearest), a value is out of range.
    """
    values = recipe_values(path)
    for setting in settings:
        override(values, setting)
    return recipe_from(values, source=str(path))


def recipe_values(path: Path) -> dict[str, Any]:
    """The nested settings of a recipe as they stand in the file.

    Raises:
        RecipeError: the file cannot be read, or is no TOML.
    """
    try:
        return _toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read ({error.strerror})", "name a recipe, a .toml file") from None
    except ValueError as error:
        raise RecipeError(f"{path}: not TOML ({error})") from None


def recipe_from(values: Mapping[str, Any], *, source: str = "recipe") -> Recipe:
    """Check nested settings; errors as for `load_recipe`."""
    return Recipe.of(values, source=source)


def recipe_to_toml(recipe: Recipe) -> str:
    """The recipe with every default filled in, as TOML that `load_recipe` reads back to the same recipe."""
    return tomli_w.dumps(recipe.model_dump(mode="json", exclude_none=True))


def _toml(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def override(values: dict[str, Any], setting: str) -> None:
    """Put one KEY=VALUE into nested values; VALUE is TOML, and a bare word is text.

    Raises:
        RecipeError: it is no KEY=VALUE, or the key leads into a value.
    """
    key, equals, text = setting.partition("=")
    if not equals or not key.strip().split(".")[-1]:
        raise RecipeError(f"--set {setting}: expected KEY=VALUE", "for instance --set optim.lr=5e-4")
    try:
        value = _toml(f"value = {text}")["value"]
    except ValueError:
        value = text.strip()
    put(values, key.strip(), value)


def put(values: dict[str, Any], key: str, value: Any) -> None:
    """Put a value under a dotted key into nested values; a table takes the place of the whole table.

    Raises:
        RecipeError: the key leads into a value.
    """
    *tables, last = key.split(".")
    table = values
    for name in tables:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            raise RecipeError(f"--set {key}={value}: {name} is a value, not a table")
    table[last] = value
