"""A foot stands while it does not move."""

from __future__ import annotations

import numpy as np

from poselift.skeleton import BODY_21, H36M_17
from poselift.world.standing import are_slow, feet_of, speeds, standing_joints


def test_the_foot_that_steps_does_not_stand_meanwhile(stepping, camera):
    joints = camera().world_to_camera(stepping)
    stands = standing_joints(joints, joints[:, 0], np.arange(100) / 50, BODY_21)
    left, right = (BODY_21.indices((f"{side}_ankle", f"{side}_toe", f"{side}_heel")) for side in ("left", "right"))
    assert stands[:, left].all()
    assert not stands[42:58, right].any()
    assert stands[:36, right].all()
    assert stands[64:, right].all()
    others = np.setdiff1d(np.arange(21), left + right)
    assert not stands[:, others].any()


def test_a_moment_of_rest_is_no_standing():
    joints = np.zeros((60, 17, 3))
    joints[:, :, 0] = np.cumsum(np.where(np.abs(np.arange(60) - 30) < 2, 0, 30))[:, None]
    root = np.tile([0.0, 0.0, 4000.0], (60, 1))
    assert not standing_joints(joints, root, np.arange(60) / 50, H36M_17).any()


def test_feet_are_those_that_the_skeleton_has():
    assert [H36M_17.joints[j] for j in feet_of(H36M_17)] == ["left_ankle", "right_ankle"]
    assert len(feet_of(BODY_21)) == 6


def test_speeds_are_per_second_however_uneven_the_times():
    time_s = np.sort(np.random.default_rng(0).uniform(0, 2, 50))
    places = np.stack([300 * time_s, 0 * time_s, -100 * time_s], axis=-1)
    np.testing.assert_allclose(speeds(places, time_s, 0.1), np.tile([300, 0, -100], (50, 1)), atol=1e-6)


def test_along_the_line_of_sight_more_is_slow_than_across():
    root = np.tile([0.0, 0.0, 4000.0], (3, 1))
    velocity = np.array([[0, 0, 400.0], [400.0, 0, 0], [0, 50.0, 600.0]])
    assert are_slow(velocity, root, 180, 500).tolist() == [True, False, False]
