"""Tables of joint names: every body can be made of each, and no file is of two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from poselift.data.readers.dialects import ASF_AMC, IN_BVH, own_names
from poselift.skeleton import BODY_21, COCO_17, H36M_17

ALL = pytest.mark.parametrize("dialect", [*IN_BVH, ASF_AMC], ids=lambda d: d.name)


@ALL
def test_a_dialect_has_all_of_a_body_but_the_means_of_hips_and_shoulders(dialect):
    assert {*dialect.points, "pelvis", "thorax"} == set(H36M_17.joints)
    assert set(dialect.feet) == {"left", "right"}
    assert not any("*" in name for name in replace(dialect, skeleton=BODY_21).needed)


@ALL
def test_feet_are_needed_where_they_are_wanted(dialect):
    with_feet = replace(dialect, skeleton=BODY_21)
    assert (
        with_feet.needed - dialect.needed
        == {j for foot in dialect.feet.values() for j in foot.joints} - dialect.needed
    )
    assert with_feet.needed > dialect.needed


@ALL
def test_no_file_is_of_two_dialects(dialect):
    assert [other.name for other in (*IN_BVH, ASF_AMC) if other.needed <= dialect.needed] == [dialect.name]


def test_a_skeleton_of_own_names_needs_just_these():
    assert own_names(COCO_17).needed == set(COCO_17.joints)
    assert not own_names(COCO_17).of_a_body
