"""A name of a table, which may grow."""

from __future__ import annotations

from typing import Annotated

import pytest

from poselift.errors import RecipeError
from poselift.settings import OneOf, Settings

TABLE = {"old": 1}


class Chosen(Settings):
    name: Annotated[str, OneOf(TABLE)] = "old"


def test_a_new_row_of_the_table_can_be_chosen(monkeypatch):
    with pytest.raises(RecipeError, match="name: expected 'old', got 'new'"):
        Chosen(name="new")
    monkeypatch.setitem(TABLE, "new", 2)
    assert Chosen(name="new").name == "new"
    with pytest.raises(RecipeError, match="name: expected 'old' or 'new', got 3"):
        Chosen(name=3)
