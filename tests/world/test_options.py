"""What is said about people and the camera is checked at once."""

from __future__ import annotations

import pytest

from poselift.errors import RecipeError
from poselift.world.options import Sizes, WorldOptions


@pytest.mark.parametrize("height", [178, 0.1, float("nan"), -1])
def test_heights_that_nobody_has_are_refused(height):
    with pytest.raises(RecipeError, match=r"height of person 3: expected 0\.4 to 2\.6 metres"):
        Sizes(height_m={3: height})


def test_unknown_bones_and_lengths_in_another_unit_are_refused():
    with pytest.raises(RecipeError, match="unknown bone 'tie'"):
        Sizes(bone_mm={(None, "tie"): 400})
    with pytest.raises(RecipeError, match="thigh: expected 50 to 800 millimetres, got 42"):
        Sizes(bone_mm={(None, "thigh"): 42})


def test_sizes_are_said_as_people_write_them():
    said = Sizes.said(["1.78", "2:1.6"], ["3:thigh=420"])
    assert said == Sizes({None: 1.78, 2: 1.6}, {(3, "thigh"): 420.0})
    for heights, bones in ((["tall"], []), (["1.7", "1.8"], []), ([], ["thigh"]), ([], ["tie=420"]), (["1:x"], [])):
        with pytest.raises(RecipeError):
            Sizes.said(heights, bones)


@pytest.mark.parametrize("pitch", [91, float("nan")])
def test_a_pitch_that_cannot_be_is_refused(pitch):
    with pytest.raises(RecipeError, match="pitch: expected -90 to 90"):
        WorldOptions(pitch_deg=pitch)
