"""Numbers of joints mean layouts; where they mean two, people tell."""

from __future__ import annotations

import pytest

from poselift.data.keypoints.layouts import LAYOUTS, layout_of
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError
from poselift.skeleton import SKELETONS


def test_every_layout_is_a_skeleton_of_no_more_joints():
    for number, names in LAYOUTS.items():
        assert all(len(SKELETONS[name]) <= number for name in names)


@pytest.mark.parametrize("layout", ["body25", "body25b"])
def test_people_tell_one_from_the_other_and_it_is_noted(people, layout):
    seen = [joints for joints in people(layout) if joints is not None]
    skeleton, notes = layout_of(25, Said(), "x", seen)
    assert skeleton.name == layout
    assert notes == (f"its 25 joints are taken for {layout}, by what the people look like",)


def test_nobody_tells_nothing():
    with pytest.raises(DataFormatError, match="x: 25 joints may be body25 or body25b"):
        layout_of(25, Said(), "x", [])


def test_what_is_said_counts_if_it_fits():
    assert layout_of(25, Said(layout="body25b"), "x") == (SKELETONS["body25b"], ())
    assert layout_of(133, Said(layout="wholebody23"), "x")[0].name == "wholebody23"
    assert layout_of(16, Said(layout="sh16"), "x")[0].name == "sh16"
    with pytest.raises(DataFormatError, match="expected 17 joints of coco17, found 26"):
        layout_of(26, Said(layout="coco17"), "x")
    with pytest.raises(DataFormatError, match=r"expected 17, 18, .* joints, found 19"):
        layout_of(19, Said(), "x")
