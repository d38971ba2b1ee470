"""Checks that the settings of all networks share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from poselift.errors import RecipeError


def check_settings(config: Any, *, least: Mapping[str, int], choices: Mapping[str, Collection[str]]) -> None:
    """Settings that have a least value, those of a few choices, and the dropout.

    Raises:
        RecipeError: a setting is none of what it may be.
    """
    for name, value in least.items():
        if getattr(config, name) < value:
            raise RecipeError(f"model.{name}: expected at least {value}, got {getattr(config, name)}")
    if not 0 <= config.dropout < 1:
        raise RecipeError(f"model.dropout: expected 0 <= dropout < 1, got {config.dropout}")
    for name, allowed in choices.items():
        if getattr(config, name) not in allowed:
            raise RecipeError(f"model.{name}: expected one of {allowed}, got {getattr(config, name)!r}")
