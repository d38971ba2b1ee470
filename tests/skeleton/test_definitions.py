import pytest

from poselift.errors import SkeletonError
from poselift.skeleton import (
    BLAZEPOSE_33,
    BODY_25,
    BODY_25B,
    CMU_MOCAP,
    COCO_17,
    H36M_17,
    HALPE_26,
    SKELETONS,
    get_skeleton,
)


@pytest.mark.parametrize(
    ("skeleton", "n_joints"),
    [
        (H36M_17, 17),
        (COCO_17, 17),
        (BODY_25, 25),
        (BODY_25B, 25),
        (HALPE_26, 26),
        (BLAZEPOSE_33, 33),
        (CMU_MOCAP, 26),
    ],
)
def test_every_skeleton_is_found_by_its_name(skeleton, n_joints):
    assert get_skeleton(skeleton.name) is SKELETONS[skeleton.name] is skeleton
    assert len(skeleton) == n_joints


# Numbers from the formats' own documents.
@pytest.mark.parametrize(
    ("skeleton", "places"),
    [
        (
            H36M_17,
            {"pelvis": 0, "right_hip": 1, "thorax": 8, "left_shoulder": 11, "right_wrist": 16},
        ),
        (COCO_17, {"nose": 0, "left_eye": 1, "right_ear": 4, "left_shoulder": 5, "left_hip": 11, "right_ankle": 16}),
        (
            BODY_25,
            {"neck": 1, "right_shoulder": 2, "mid_hip": 8, "left_hip": 12, "right_eye": 15, "left_big_toe": 19},
        ),
        (BODY_25B, {"left_shoulder": 5, "right_hip": 12, "neck": 17, "head": 18, "left_big_toe": 19}),
        (HALPE_26, {"left_hip": 11, "head": 17, "neck": 18, "mid_hip": 19, "left_big_toe": 20, "right_heel": 25}),
        (BLAZEPOSE_33, {"right_ear": 8, "left_shoulder": 11, "right_wrist": 16, "left_hip": 23, "right_ankle": 28}),
    ],
)
def test_joints_stand_where_the_format_puts_them(skeleton, places):
    assert {name: skeleton.index(name) for name in places} == places


def test_the_sides_of_human36m_are_the_published_ones():
    assert H36M_17.indices(H36M_17.left) == [4, 5, 6, 11, 12, 13]
    assert H36M_17.indices(H36M_17.right) == [1, 2, 3, 14, 15, 16]


def test_an_unknown_skeleton_is_answered_with_those_there_are():
    with pytest.raises(SkeletonError, match="'coco'") as caught:
        get_skeleton("coco")
    assert "coco17" in caught.value.hint
