import pytest

from poselift.skeleton.definitions import H36M_17, SKELETONS
from poselift.viz.colours import PALE_RGB, SIDE_RGB, bone_sides, joint_sides

_OPPOSITE = {"left": "right", "right": "left", "middle": "middle"}


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=list(SKELETONS))
def test_a_mirrored_joint_has_the_opposite_side(skeleton):
    sides = joint_sides(skeleton)
    assert [sides[j] for j in skeleton.flip_permutation] == [_OPPOSITE[side] for side in sides]
    assert set(sides) >= {"left", "right"}


def test_bones_take_the_side_of_their_limb_and_none_across_the_body():
    sides = dict(zip(H36M_17.bones, bone_sides(H36M_17), strict=True))
    assert sides["pelvis", "right_hip"] == "right"
    assert sides["left_elbow", "left_wrist"] == "left"
    assert sides["pelvis", "spine"] == "middle"
    coco = SKELETONS["coco17"]
    assert dict(zip(coco.bones, bone_sides(coco), strict=True))["left_hip", "right_hip"] == "middle"


@pytest.mark.parametrize("palette", [SIDE_RGB, PALE_RGB])
def test_right_is_warm_and_left_is_cool(palette):
    assert palette["right"][0] > palette["right"][2]
    assert palette["left"][2] > palette["left"][0]
