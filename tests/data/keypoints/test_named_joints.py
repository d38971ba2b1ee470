"""Joints in a file's own words."""

from __future__ import annotations

import pytest

from poselift.data.keypoints.named_joints import skeleton_of_names
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError
from poselift.skeleton import COCO_17

PARTS = ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle")


@pytest.mark.parametrize(
    "spelled",
    ["L{}", "{}_L", "left {}", "Left{}", "{}Left", "l_{}", "{}2"],
    ids=lambda spelled: spelled.format("Knee"),
)
def test_sides_are_understood_before_and_after(spelled):
    right = spelled.replace("L", "R").replace("left", "right").replace("Left", "Right").replace("l_", "r_")
    right = right.replace("Reft", "Right").replace("2", "1")
    names = [spelled.format(part) for part in PARTS] + [right.format(part) for part in PARTS]
    skeleton, joints = skeleton_of_names(names, Said(), "x")
    expected = [f"{side}_{part.lower()}" for side in ("left", "right") for part in PARTS]
    assert [skeleton.joints[joints[name]] for name in names] == expected


def test_feet_ask_for_a_skeleton_with_feet():
    names = [f"{side}{part}" for side in "LR" for part in (*PARTS, "BigToe", "SmallToe", "Heel")]
    assert skeleton_of_names(["Nose", *names], Said(), "x")[0].name == "wholebody23"
    assert skeleton_of_names(["Nose", "Neck", "Head", "MidHip", *names], Said(), "x")[0].name == "halpe26"


def test_what_is_said_counts(people):
    assert skeleton_of_names(COCO_17.joints, Said(layout="halpe26"), "x")[0].name == "halpe26"


def test_too_few_joints_are_no_body():
    with pytest.raises(DataFormatError, match="x: expected names of joints, found snout, tail"):
        skeleton_of_names(["snout", "tail"], Said(), "x")
