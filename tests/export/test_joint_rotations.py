"""Rotations lead back to the joints that they were made of, and are those that made the joints."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.export.joint_rotations import joint_rotations
from poselift.export.rig import Rig
from poselift.skeleton import BODY_21, H36M_17, HALPE_26, Skeleton

FPS = 30.0
SKELETONS = pytest.mark.parametrize("skeleton", [BODY_21, H36M_17, HALPE_26], ids=lambda s: s.name)


def joints_of(rig, root_mm, turns):
    places = rig.places_mm(root_mm, turns)
    return places[:, [rig.joints.index(joint) for joint in range(len(rig.skeleton))]]


def angle_deg(one, other):
    cosine = (np.einsum("...ij,...ij->...", one, other) - 1) / 2
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def bones_of(skeleton, joints):
    children = [joint for joint, parent in enumerate(skeleton.parents) if parent >= 0]
    bones = joints[:, children] - joints[:, [skeleton.parents[joint] for joint in children]]
    return bones / np.linalg.norm(bones, axis=-1, keepdims=True)


@SKELETONS
def test_rotations_lead_back_to_the_joints(made_motion, skeleton):
    rig, root_mm, _, joints_mm = made_motion(skeleton)
    again = joints_of(rig, root_mm, joint_rotations(rig, joints_mm, FPS))
    np.testing.assert_allclose(again, joints_mm, atol=1e-6)


@SKELETONS
def test_bones_of_any_joints_have_their_directions(skeleton):
    rng = np.random.default_rng(0)
    joints_mm = rng.normal(0, 400, (30, len(skeleton), 3))
    rig = Rig.of(skeleton, rng.uniform(50, 400, len(skeleton)))
    again = joints_of(rig, joints_mm[:, rig.joints[0]], joint_rotations(rig, joints_mm, FPS))
    np.testing.assert_allclose(bones_of(skeleton, again), bones_of(skeleton, joints_mm), atol=1e-6)


@SKELETONS
@pytest.mark.parametrize("seed", range(3))
def test_they_are_the_rotations_that_moved_the_joints(made_motion, skeleton, seed):
    rig, _, turns, joints_mm = made_motion(skeleton, seed=seed)
    found = joint_rotations(rig, joints_mm, FPS)
    assert angle_deg(found, turns).max() < 2


def test_at_rest_nothing_is_turned(made_motion):
    rig, _, _, _ = made_motion()
    joints_mm = rig.rest_places_mm[None, [rig.joints.index(joint) for joint in range(21)]]
    np.testing.assert_allclose(joint_rotations(rig, joints_mm, FPS), np.tile(np.eye(3), (29, 1, 1, 1)), atol=1e-9)


def test_elbows_and_knees_are_hinges(made_motion):
    rig, _, _, joints_mm = made_motion()
    found = joint_rotations(rig, joints_mm, FPS)
    for name, axis in (("left_elbow", 1), ("right_elbow", 1), ("left_knee", 0), ("right_knee", 0)):
        turns = found[rig.names.index(name)]
        np.testing.assert_allclose(np.abs(turns[:, axis, axis]), 1, atol=2e-3)


def test_mirrored_in_is_mirrored_out(made_motion):
    rig, _, _, joints_mm = made_motion()
    rng = np.random.default_rng(0)
    joints_mm = joints_mm + rng.normal(0, 15, joints_mm.shape)
    other_side = [rig.names.index(_exchanged(name)) for name in rig.names]
    flip = np.diag([-1.0, 1, 1])
    mirrored = joint_rotations(rig, BODY_21.mirrored(joints_mm), FPS)
    np.testing.assert_allclose(mirrored, flip @ joint_rotations(rig, joints_mm, FPS)[other_side] @ flip, atol=1e-9)


def _exchanged(name):
    pairs = {"left": "right", "right": "left"}
    side, _, rest = name.partition("_")
    return f"{pairs[side]}_{rest}" if side in pairs else name


def test_nothing_flips_while_limbs_are_straightened_and_bent_again(made_motion):
    rig, root_mm, turns, _ = made_motion(frames=120)
    straight = np.abs(np.arange(120) - 60) < 25
    for name in ("left_elbow", "right_knee"):
        turns[rig.names.index(name), straight] = np.eye(3)
    noise = np.random.default_rng(0).normal(0, 2, (120, 21, 3))
    found = joint_rotations(rig, joints_of(rig, root_mm, turns) + noise, FPS)
    for name in ("left_shoulder", "right_hip"):
        node = rig.names.index(name)
        assert angle_deg(found[node, 1:], found[node, :-1]).max() < 12


def test_legs_alone_stay_upright():
    names = ("pelvis", "left_hip", "right_hip", "left_knee", "right_knee")
    bones = (("pelvis", "left_hip"), ("pelvis", "right_hip"), ("left_hip", "left_knee"), ("right_hip", "right_knee"))
    legs = Skeleton("legs", names, bones, ("pelvis",), ("left_hip", "left_knee"), ("right_hip", "right_knee"))
    rig = Rig.of(legs, np.ones(5))
    joints_mm = rig.rest_places_mm[None, [rig.joints.index(joint) for joint in range(5)]]
    np.testing.assert_allclose(joint_rotations(rig, joints_mm, FPS)[0, 0], np.eye(3))


def test_joints_at_one_place_turn_nothing_into_nothing(made_motion):
    rig, _, _, joints_mm = made_motion()
    joints_mm[10:12] = 0
    found = joint_rotations(rig, joints_mm, FPS)
    np.testing.assert_allclose(np.linalg.det(found), 1)
