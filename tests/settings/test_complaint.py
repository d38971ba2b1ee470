"""What is wrong with settings is one line: the key, what was expected and what was got."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field

from poselift.errors import RecipeError
from poselift.settings import FilePath, NotNegative, OneOf, Probability, Range, Settings


class Sized(Settings):
    """Of a kind.

    Attributes:
        size: how large.
    """

    section: ClassVar[str] = "house.garden"

    kind: Literal["sized"] = "sized"
    size: NotNegative = 1.0


class Round(Settings):
    section: ClassVar[str] = "house.garden"

    kind: Literal["round"] = "round"


class House(Settings):
    """A house.

    Attributes:
        rooms: how many.
        lift: whether there is one,
            or not.
        low, high: of the ceiling.
    """

    section: ClassVar[str] = "house"

    rooms: Annotated[int, Field(ge=1)] = 3
    lift: bool = False
    low: Probability = 0.5
    high: Range = (0.0, 2.0)
    steps: tuple[int, ...] = ()
    style: Annotated[str, OneOf({"old": 1, "new": 2})] = "old"
    colour: Literal["red", "white"] = "red"
    plan: FilePath = Path("plan")
    weights: dict[str, float] = Field(default_factory=dict)
    garden: Annotated[Sized | Round, Field(discriminator="kind")] = Sized()


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"lift": "False"}, "house.lift: expected true or false, got 'False'", "true or false, in lower case"),
        ({"lift": "no"}, "house.lift: expected true or false, got 'no'", "true or false, in lower case"),
        ({"lift": 1}, "house.lift: expected true or false, got 1", "lower case"),
        ({"lift": "maybe"}, "house.lift: expected true or false, got 'maybe'", ""),
        ({"rooms": 2.5}, "house.rooms: expected a whole number of at least 1, got 2.5", ""),
        ({"rooms": True}, "house.rooms: expected a whole number of at least 1, got True", ""),
        ({"rooms": "3"}, "house.rooms: expected a whole number of at least 1, got '3'", ""),
        ({"rooms": 0}, "house.rooms: expected a whole number of at least 1, got 0", ""),
        ({"low": 1.5}, "house.low: expected a number from 0 to 1, got 1.5", ""),
        ({"low": float("nan")}, "house.low: expected a finite number, got nan", ""),
        ({"high": [2, 1]}, "house.high: expected [low, high], got [2.0, 1.0]", ""),
        ({"high": [2]}, "house.high.1 is missing", ""),
        ({"high": 2}, "house.high: expected [a number, a number], got 2", ""),
        ({"steps": [1, 2.5]}, "house.steps.1: expected a whole number, got 2.5", ""),
        ({"colour": "wite"}, "house.colour: expected 'red' or 'white', got 'wite'", "did you mean 'white'?"),
        ({"style": "nwe"}, "house.style: expected 'old' or 'new', got 'nwe'", "did you mean 'new'?"),
        ({"plan": 3}, "house.plan: expected a path, got 3", ""),
        ({"weights": {"a": "x"}}, "house.weights.a: expected a number, got 'x'", ""),
        ({"rooms": "x" * 999}, "got 'xxx", ""),
        ({"romms": 3}, "there is no setting house.romms", "did you mean house.rooms?"),
        ({"size": 3}, "there is no setting house.size", "did you mean house.garden.size?"),
        ({"garden": {"kind": "round", "size": 1}}, "there is no setting house.garden.size", "of another kind has it"),
        ({"garden": {"kind": "flat"}}, "house.garden: unknown kind 'flat'", "known: sized or round"),
        ({"garden": {"kind": "sized", "size": -1}}, "house.garden.size: expected a number of at least 0, got -1", ""),
        ({"garden": 3}, "house.garden: expected a table of kind sized or round, got 3", ""),
    ],
)
def test_a_mistake_is_named_with_its_key(values, message, hint):
    for make, source in ((lambda: House(**values), ""), (lambda: House.of(values, source="h.toml"), "h.toml: ")):
        with pytest.raises(RecipeError) as caught:
            make()
        assert str(caught.value).startswith(source)
        assert message in str(caught.value)
        assert len(str(caught.value)) < 200
        assert hint in caught.value.hint


def test_our_own_error_inside_goes_through_with_its_hint():
    class Tower(House):
        def model_post_init(self, context):
            if self.rooms > 9:
                raise RecipeError("house.rooms: too many for a tower", "build a house")

    class Street(Settings):
        tower: Tower = Tower()

    with pytest.raises(RecipeError, match=r"^house\.rooms: too many") as caught:
        Tower(rooms=10)
    assert caught.value.hint == "build a house"
    with pytest.raises(RecipeError, match=r"^s: house\.rooms: too many"):
        Street.of({"tower": {"rooms": 10}}, source="s")
