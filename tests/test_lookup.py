import math

import pytest

from poselift.errors import RecipeError
from poselift.lookup import checked_name, look_up

TABLE = {"circle": "math:pi", "growth": "math:exp", "absent": "poselift.nowhere:x"}


def test_a_name_leads_to_what_it_stands_for_and_loads_no_other():
    assert look_up(TABLE, "circle", "number") == math.pi
    assert look_up(TABLE, "growth", "number") is math.exp


def test_an_unknown_name_is_told_its_neighbours():
    with pytest.raises(RecipeError, match="unknown number 'circel'") as error:
        look_up(TABLE, "circel", "number")
    assert error.value.hint == "did you mean 'circle'? known: circle, growth, absent"
    with pytest.raises(RecipeError) as error:
        look_up(TABLE, "", "number")
    assert error.value.hint == "known: circle, growth, absent"


def test_a_name_is_checked_without_an_import():
    assert checked_name(TABLE, "absent", "number") == "absent"
    with pytest.raises(ModuleNotFoundError):
        look_up(TABLE, "absent", "number")
