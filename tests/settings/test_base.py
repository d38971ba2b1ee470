"""Settings are checked whenever they are made, and do not change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from pydantic import Field

from poselift.errors import RecipeError
from poselift.settings import FilePath, NotNegative, Probability, Range, Settings


class Garden(Settings):
    section: ClassVar[str] = "house.garden"

    size: NotNegative = 1.0


class House(Settings):
    section: ClassVar[str] = "house"

    rooms: Annotated[int, Field(ge=1)] = 3
    low: Probability = 0.5
    high: Range = (0.0, 2.0)
    steps: tuple[int, ...] = ()
    plan: FilePath = Path("plan")
    garden: Garden = Garden()


def test_what_toml_and_json_write_becomes_what_it_stands_for():
    house = House(high=[1, 2], steps=[3, 4], low=1, plan="a b", garden={"size": 2})
    as_python = {"high": (1.0, 2.0), "steps": (3, 4), "low": 1.0, "plan": Path("a b"), "garden": Garden(size=2.0)}
    assert house == House.of(as_python)
    assert isinstance(house.low, float)


def test_settings_do_not_change_and_replaced_ones_are_checked_again():
    house = House(garden=Garden(size=2.0))
    with pytest.raises(ValueError, match="frozen"):
        house.rooms = 4
    assert house.replaced(rooms=4) == House(rooms=4, garden=Garden(size=2.0))
    with pytest.raises(RecipeError, match=r"house\.rooms: expected .* got 0"):
        house.replaced(rooms=0)


def test_settings_as_a_dict_make_the_same_settings():
    house = House(rooms=7, high=(0.5, 0.75), garden=Garden(size=2.0))
    assert house.as_dict()["garden"] == {"size": 2.0}
    assert House.of(house.as_dict()) == house
