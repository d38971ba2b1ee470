"""Every setting has its words, and they come from the docstring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from poselift.settings import FilePath, OneOf, Probability, Range, Settings, all_settings
from poselift.settings.described import expected, listed


class Base(Settings):
    """Base.

    Attributes:
        name: of the thing,
            in two lines: with a colon.
    """

    name: str


class Thing(Base):
    """Thing.

    Attributes:
        width, height: both
            of them.

    After the attributes: this is none of them.
    """

    width: Annotated[float, Field(gt=0)] = 1.0
    height: Annotated[float, Field(gt=0, lt=9)] = 2.0


class Room(Settings):
    thing: Thing


def test_settings_are_listed_with_their_words():
    found = {s.key: s for s in all_settings(Room, "room")}
    assert list(found) == ["room.thing.name", "room.thing.width", "room.thing.height"]
    assert found["room.thing.name"].meaning == "of the thing, in two lines: with a colon."
    assert found["room.thing.name"].needed
    assert found["room.thing.width"].meaning == found["room.thing.height"].meaning == "both of them."
    assert (found["room.thing.width"].default, found["room.thing.width"].needed) == (1.0, False)
    assert found["room.thing.height"].expected == "a number above 0 to below 9"


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (bool, "true or false"),
        (Probability, "a number from 0 to 1"),
        (Annotated[int, Field(ge=2)], "a whole number of at least 2"),
        (Annotated[int, Field(gt=2)], "a whole number greater than 2"),
        (Annotated[float, Field(le=2)], "a number"),
        (Range, "[a number, a number]"),
        (tuple[Annotated[int, Field(ge=0)], ...], "a list, each a whole number of at least 0"),
        (Literal["a", "b", "c"], "'a', 'b' or 'c'"),
        (Literal[2, 3], "2 or 3"),
        (FilePath, "a path"),
        (Annotated[str, OneOf({"a": "m:a", "b": "m:b"})], "'a' or 'b'"),
        (str | Path, "text or a path"),
        (dict[str, float], "a table, each value a number"),
        (dict[Literal["a", "b"], float], "a table of 'a' or 'b', each value a number"),
        (Thing, "a table"),
        (Annotated[float | None, Field(gt=0)], "a number greater than 0"),
        (str | dict[str, Any], "text or a table"),
    ],
)
def test_what_a_value_may_be_in_words(annotation, words):
    assert expected(annotation) == words


def test_a_list_in_words():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b or c"
