"""The difference of two detectors, on made-up people."""

from __future__ import annotations

import landmark_difference as differing
import numpy as np
import pytest

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.detect.base import Detection
from poselift.skeleton import BLAZEPOSE_33

FRAMES = 4


CONFIDENCE = np.ones(33)


def _of(people) -> Detections:
    found = [[Detection(joints_px, CONFIDENCE) for joints_px in frame] for frame in people]
    return Detections.of(Footage.regular(FRAMES, 25), BLAZEPOSE_33, found)


@pytest.fixture
def pose_px():
    """Somebody 200 px high."""
    joints_px = np.random.default_rng(0).uniform(100, 300, (33, 2))
    joints_px[:2, 1] = 100, 300
    return joints_px


def test_a_shift_is_told_in_shares_of_the_height(pose_px):
    found = differing.difference(_of([[pose_px]] * FRAMES), _of([[pose_px + np.array([3, 4])]] * FRAMES))
    np.testing.assert_allclose(found.percent, 2.5)
    assert found.median == pytest.approx(2.5)
    assert not found.exchanged.any()


def test_the_largest_is_compared_with_the_nearest(pose_px):
    small, far = pose_px / 2, pose_px + 500
    found = differing.difference(_of([[small, pose_px]] * FRAMES), _of([[far, pose_px, small]] * FRAMES))
    np.testing.assert_allclose(found.percent, 0)


def test_frames_without_anybody_do_not_count(pose_px):
    found = differing.difference(
        _of([[pose_px], [], [pose_px], [pose_px]]), _of([[pose_px], [pose_px], [], [pose_px + np.array([0, 2])]])
    )
    assert found.frames == 2
    assert found.median == pytest.approx(0.5)


def test_exchanged_sides_are_seen_and_parts_are_apart(pose_px):
    mirrored = pose_px[BLAZEPOSE_33.flip_permutation]
    found = differing.difference(_of([[pose_px]] * FRAMES), _of([[mirrored]] + [[pose_px]] * (FRAMES - 1)))
    assert found.exchanged.tolist() == [True, False, False, False]
    moved = pose_px.copy()
    moved[
        BLAZEPOSE_33.indices(("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"))
    ] += 6
    apart = differing.difference(_of([[pose_px]] * FRAMES), _of([[moved]] * FRAMES))
    assert apart.of_part(differing.PARTS["legs"]) == pytest.approx(3 * 2**0.5)
    assert apart.of_part(differing.PARTS["arms"]) == 0


def test_every_joint_is_part_of_one():
    for joint in BLAZEPOSE_33.joints:
        assert sum(differing.without_side(joint) in names for names in differing.PARTS.values()) == 1
