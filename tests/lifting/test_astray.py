"""Frames in which a detector was astray for a moment are found and filled, and what a person can do is kept."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.lifting.astray import astray, astray_filled
from poselift.skeleton import BLAZEPOSE_33, H36M_17

FRAMES, FPS = 60, 30.0
# In pixels: the root mean square radius of the joints below, about.
SIZE = 100


def swinging(skeleton=H36M_17, *, noise: float = 1.0, fps: float = FPS) -> Clip:
    """Joints that swing slowly about fixed places, left ones on one side and right ones on the other."""
    rng = np.random.default_rng(0)
    n_pairs = len(skeleton.left)
    places = rng.normal(300, 0.4 * SIZE, (len(skeleton), 2))
    places[:, 1] = rng.normal(300, SIZE, len(skeleton))
    places[skeleton.indices(skeleton.left), 0] = rng.uniform(340, 400, n_pairs)
    places[skeleton.indices(skeleton.right), 0] = rng.uniform(200, 260, n_pairs)
    swing = 30 * np.sin(np.linspace(0, 6, FRAMES))[:, None, None] * rng.normal(size=(len(skeleton), 2))
    joints = places + swing + rng.normal(0, noise, (FRAMES, len(skeleton), 2))
    return Clip(skeleton, fps, joints_px=joints, confidence=np.full(joints.shape[:2], 0.9), size_px=(640, 800))


def halfway(clip: Clip, frames) -> Clip:
    """All limbs in the middle between those of both sides."""
    joints = clip.joints_px.copy()
    joints[frames] = (joints[frames] + joints[frames][:, clip.skeleton.flip_permutation]) / 2
    return clip.replaced(joints_px=joints)


def left_out(clip: Clip) -> list[int]:
    return np.flatnonzero(astray(clip)).tolist()


@pytest.mark.parametrize("skeleton", [H36M_17, BLAZEPOSE_33], ids=lambda s: s.name)
@pytest.mark.parametrize("frames", [[20], [20, 21], [20, 21, 22], [1, 58], [20, 22, 24], [10, 11, 13, 30, 31, 32]])
def test_moments_that_fit_neither_before_nor_after_are_found(skeleton, frames):
    assert left_out(halfway(swinging(skeleton), frames)) == frames


def test_they_are_filled_and_flagged_and_nothing_else_is_touched():
    clip, frames = swinging(), [20, 21, 40]
    filled = astray_filled(halfway(clip, frames))
    assert np.flatnonzero(filled.filled).tolist() == frames
    assert filled.valid.all()
    others = np.delete(np.arange(FRAMES), frames)
    np.testing.assert_array_equal(filled.joints_px[others], clip.joints_px[others])
    np.testing.assert_allclose(filled.joints_px[40], clip.joints_px[[39, 41]].mean(axis=0))
    assert (filled.confidence == clip.confidence).all()


def test_a_clean_clip_is_returned_as_it_is():
    clip = swinging()
    assert astray_filled(clip) is clip


@pytest.mark.parametrize("fps", [30.0, 240.0])
def test_noise_is_not_astray(fps):
    assert left_out(swinging(noise=0.04 * SIZE, fps=fps)) == []


def test_whoever_stays_where_they_went_has_moved():
    clip = swinging()
    joints = clip.joints_px.copy()
    joints[30:] += (2 * SIZE, 0)
    assert left_out(clip.replaced(joints_px=joints)) == []
    joints[30:] -= (2 * SIZE, 0)
    joints[30:34] += (2 * SIZE, 0)
    assert left_out(clip.replaced(joints_px=joints)) == []


@pytest.mark.parametrize("fps", [5.0, 10.0])
def test_between_slow_frames_joints_can_go_anywhere_and_back(fps):
    """Half a body's length in 0.2 s, or in 0.4 s."""
    assert left_out(halfway(swinging(fps=fps), [20, 40])) == []


def test_times_count_and_not_frames():
    spoilt = halfway(swinging(), [20, 40])
    times = spoilt.time_s + np.where(np.arange(FRAMES) >= 20, 0.1, 0) + np.where(np.arange(FRAMES) >= 21, 0.1, 0)
    assert left_out(spoilt.replaced(time_s=times)) == [40]


def test_the_ends_fit_what_is_there():
    assert left_out(halfway(swinging(), [0, FRAMES - 1])) == []


def test_nothing_is_concluded_across_a_long_pause():
    clip = halfway(swinging(), [20])
    valid = np.ones(FRAMES, dtype=bool)
    valid[21:30] = False
    assert left_out(clip.replaced(valid=valid)) == []


def test_missing_frames_and_joints_do_not_disturb():
    clip = halfway(swinging(), [20, 40])
    joints, confidence, valid = clip.joints_px.copy(), clip.confidence.copy(), np.ones(FRAMES, dtype=bool)
    wrist = H36M_17.index("left_wrist")
    joints[:, wrist], confidence[:, wrist] = np.nan, 0
    valid[[21, 30]], joints[[21, 30]], confidence[[21, 30]] = False, np.nan, 0
    filled = astray_filled(clip.replaced(joints_px=joints, confidence=confidence, valid=valid))
    assert np.flatnonzero(filled.filled).tolist() == [20, 21, 40]
    assert np.flatnonzero(~filled.valid).tolist() == [30]


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_clips(frames):
    short = halfway(swinging(), [1]).part(0, frames)
    assert left_out(short) == ([1] if frames == 3 else [])


def test_a_clip_in_which_nobody_is_seen_has_nothing_to_leave_out():
    clip = swinging()
    assert left_out(clip.replaced(valid=np.zeros(FRAMES, dtype=bool))) == []
