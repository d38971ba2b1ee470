"""Angles do not depend on where somebody is; mirrored in is mirrored out; what nobody saw has none."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.angles.joint_angles import joint_angles
from poselift.data.clip import Clip
from poselift.data.joint_status import GUESSED
from poselift.errors import SkeletonError
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21, H36M_17, Skeleton


@pytest.fixture
def poses(straight):
    """30 poses by joint, none of them like another."""
    rng = np.random.default_rng(0)
    return {name: place + rng.normal(0, 120, (30, 3)) for name, place in straight.items()}


def test_who_turns_and_goes_elsewhere_has_the_same_angles(poses, clip_of):
    turn = axis_rotation("Z", 1.0)
    moved = {name: places @ turn.T + [500, 900, 0] for name, places in poses.items()}
    first, second = joint_angles(clip_of(poses)), joint_angles(clip_of(moved))
    assert len(first.names) == 26
    np.testing.assert_allclose(first.angles_deg, second.angles_deg, atol=0.01)


def test_mirrored_in_is_mirrored_out(poses, clip_of):
    swap = {"left": "right", "right": "left"}
    other = {name: swap.get(name.partition("_")[0], "") for name in BODY_21.joints}
    names = {name: f"{side}_{name.partition('_')[2]}" if side else name for name, side in other.items()}
    mirrored = joint_angles(clip_of({name: poses[names[name]] * [-1, 1, 1] for name in poses}))
    true = joint_angles(clip_of(poses))
    for name in true.names:
        side = name.partition("_")[0]
        if side in swap:
            np.testing.assert_allclose(mirrored[name], true[name.replace(side, swap[side], 1)], atol=0.01)
        else:
            same = 1 if name == "trunk_flexion" else -1
            np.testing.assert_allclose(mirrored[name], same * true[name], atol=0.01)


def test_what_was_only_guessed_or_absent_has_no_angle(poses, clip_of):
    status = np.zeros((30, 21), dtype=np.uint8)
    status[4, BODY_21.index("left_ankle")] = GUESSED
    found = joint_angles(clip_of(poses, joint_status=status, valid=np.arange(30) != 9))
    assert np.isnan(found["left_knee_flexion"]).nonzero()[0].tolist() == [4, 9]
    assert np.isnan(found["right_knee_flexion"]).nonzero()[0].tolist() == [9]
    assert np.isnan(found.angles_deg[9]).all()


def test_a_skeleton_has_the_angles_of_its_joints(poses, clip_of):
    clip = clip_of(poses)
    without_feet = Clip(
        H36M_17, 25.0, joints_root_mm=clip.joints_root_mm[:, :17], root_cam_mm=clip.root_cam_mm, camera=clip.camera
    )
    names = set(joint_angles(clip).names) - set(joint_angles(without_feet).names)
    assert names == {"left_ankle_dorsiflexion", "right_ankle_dorsiflexion"}
    nowhere = joint_angles(without_feet.replaced(camera=None))
    assert set(joint_angles(without_feet).names) - set(nowhere.names) == {"trunk_flexion", "pelvis_obliquity"}
    stick = Skeleton("stick", ("a", "b"), (("a", "b"),), left=(), right=(), root=("a",))
    with pytest.raises(SkeletonError, match="stick: has not the joints of any angle"):
        joint_angles(Clip(stick, 25.0, joints_root_mm=np.ones((2, 2, 3))))
