"""How far joints move is told in sizes of the person, over the joints that are seen in both frames."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.lifting.movement import PairedJoints, frames_seen
from poselift.skeleton import BLAZEPOSE_33, H36M_17

FRAMES = 6


def standing(skeleton=H36M_17, **changes) -> Clip:
    joints_px = np.random.default_rng(0).uniform(0, 100, (len(skeleton), 2)) + np.zeros((FRAMES, 1, 1))
    return Clip(skeleton, 30.0, joints_px=joints_px, confidence=np.ones(joints_px.shape[:2]), **changes)


def moved(clip: Clip, apart: int = 1, *, exchanged: bool = False) -> np.ndarray:
    return PairedJoints.of(clip, frames_seen(clip)).movement(apart, exchanged=exchanged)


def size_px(clip: Clip) -> float:
    joints_px = clip.joints_px[0]
    return np.sqrt(((joints_px - joints_px.mean(axis=0)) ** 2).sum(axis=1).mean())


@pytest.mark.parametrize("zoom", [1, 7])
@pytest.mark.parametrize("skeleton", [H36M_17, BLAZEPOSE_33], ids=lambda s: s.name)
def test_it_is_told_in_sizes_of_the_person(skeleton, zoom):
    clip = standing(skeleton)
    steps = np.arange(FRAMES)[:, None, None] * np.array([3, 4])
    moving = clip.replaced(joints_px=zoom * (clip.joints_px + steps))
    for apart in (1, 3):
        np.testing.assert_allclose(moved(moving, apart), np.full(FRAMES - apart, 5 * apart / size_px(clip)))


def test_exchanged_names_are_no_movement_if_they_are_exchanged_back():
    clip = standing()
    joints_px = clip.joints_px.copy()
    joints_px[1::2] = joints_px[1::2, H36M_17.flip_permutation]
    spoilt = clip.replaced(joints_px=joints_px)
    np.testing.assert_array_equal(moved(spoilt, exchanged=True), np.zeros(FRAMES - 1))
    np.testing.assert_allclose(moved(spoilt), moved(clip, exchanged=True))
    np.testing.assert_array_equal(moved(spoilt, 2), np.zeros(FRAMES - 2))


def test_joints_count_by_their_confidence():
    clip = standing()
    joints_px, confidence = clip.joints_px.copy(), clip.confidence.copy()
    wrist, ankle = H36M_17.indices(["left_wrist", "right_ankle"])
    joints_px[3, wrist], confidence[3, wrist] = 1e6, 0
    joints_px[3, ankle] += (0, 10)
    n_paired = len(H36M_17.left) * 2
    sure, unsure = (clip.replaced(joints_px=joints_px, confidence=confidence * share) for share in (1, 0.5))
    expected = 10 / (n_paired - 1) / size_px(clip)
    np.testing.assert_allclose(moved(sure)[2:4], expected, rtol=0.05)
    np.testing.assert_allclose(moved(unsure), moved(sure))
    confidence[3, ankle] = 0.1
    assert (moved(clip.replaced(joints_px=joints_px, confidence=confidence))[2:4] < 0.2 * expected).all()


def test_frames_without_anybody_are_not_seen():
    clip = standing(valid=np.arange(FRAMES) != 2)
    confidence = clip.confidence.copy()
    confidence[4] = 0
    assert frames_seen(clip.replaced(confidence=confidence)).tolist() == [0, 1, 3, 5]
