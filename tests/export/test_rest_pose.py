"""At rest somebody stands in a T and looks along z."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.export.rest_pose import bending_axis, plain_name, rest_directions
from poselift.skeleton import BODY_21, BODY_25, H36M_17, HALPE_26, Skeleton


def test_arms_are_held_out_legs_hang_and_toes_point_ahead():
    towards = dict(zip(BODY_21.joints, rest_directions(BODY_21), strict=True))
    np.testing.assert_array_equal(towards["left_wrist"], [1, 0, 0])
    np.testing.assert_array_equal(towards["right_wrist"], [-1, 0, 0])
    np.testing.assert_array_equal(towards["right_ankle"], [0, -1, 0])
    assert towards["left_toe"][2] > 0.9
    assert towards["left_heel"][2] < 0


@pytest.mark.parametrize("skeleton", [BODY_21, H36M_17, HALPE_26, BODY_25], ids=lambda s: s.name)
def test_the_pose_is_its_own_mirror_image(skeleton):
    towards = rest_directions(skeleton)
    np.testing.assert_array_equal(skeleton.mirrored(towards), towards)
    np.testing.assert_allclose(np.linalg.norm(towards, axis=-1), 1)


def test_knees_bend_backwards_and_elbows_ahead_with_palms_down():
    for side, out in (("left", 1), ("right", -1)):
        knee, elbow = (bending_axis(BODY_21, BODY_21.index(f"{side}_{joint}")) for joint in ("knee", "elbow"))
        # A small turn about the axis moves what hangs below by axis x direction.
        assert np.cross(knee, [0, -1, 0]).tolist() == [0, 0, -1]
        assert np.cross(elbow, [out, 0, 0]).tolist() == [0, 0, 1]
    assert bending_axis(BODY_21, BODY_21.index("left_ankle")) is None


def test_a_joint_of_another_name_goes_on_as_the_bone_before():
    fish = Skeleton("fish", ("tail", "hip", "fin"), (("tail", "hip"), ("hip", "fin")), ("tail",), (), ())
    np.testing.assert_array_equal(rest_directions(fish), [[0, 1, 0], [1, 0, 0], [1, 0, 0]])


def test_a_name_without_its_side():
    assert [plain_name(BODY_21, BODY_21.index(name)) for name in ("left_hip", "nose")] == ["hip", "nose"]
