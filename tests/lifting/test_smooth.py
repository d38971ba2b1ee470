"""Laws of smoothing over time."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.lifting.smooth import smoothed
from poselift.skeleton import H36M_17

FRAMES = 60


def clip_of(joints: np.ndarray, valid: np.ndarray | None = None) -> Clip:
    joints = joints.copy()
    root = np.full((len(joints), 3), 3000.0)
    valid = np.ones(len(joints), dtype=bool) if valid is None else valid
    joints[~valid], root[~valid] = np.nan, np.nan
    return Clip(H36M_17, 30.0, joints_root_mm=joints, root_cam_mm=root, valid=valid)


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 10, (FRAMES, 17, 3))


def test_zero_seconds_is_the_identity():
    clip = clip_of(noise())
    assert smoothed(clip, 0) is clip


def test_a_still_person_stays_still():
    still = np.ones((FRAMES, 17, 3)) * np.arange(17)[:, None]
    np.testing.assert_allclose(smoothed(clip_of(still), 0.1).joints_root_mm, still, atol=1e-12)


def test_constant_speed_is_kept_inside_the_clip():
    moving = np.arange(FRAMES)[:, None, None] * np.ones((1, 17, 3))
    np.testing.assert_allclose(smoothed(clip_of(moving), 0.1).joints_root_mm[12:-12], moving[12:-12], atol=1e-9)


def test_jitter_shrinks_the_more_the_longer():
    spread = [smoothed(clip_of(noise()), s).joints_root_mm.std() for s in (0.01, 0.05, 0.2)]
    assert 10 > spread[0] > spread[1] > spread[2]


def test_it_is_a_convolution_with_a_gaussian():
    values = noise()
    kernel = np.exp(-0.5 * (np.arange(-9, 10) / 3.0) ** 2)
    expected = np.convolve(values[:, 4, 1], kernel / kernel.sum(), mode="valid")
    np.testing.assert_allclose(smoothed(clip_of(values), 0.1).joints_root_mm[9:-9, 4, 1], expected, atol=1e-9)


def test_nothing_leaks_across_a_gap():
    valid = np.ones(FRAMES, dtype=bool)
    valid[30:33] = False
    joints = np.zeros((FRAMES, 17, 3))
    joints[33:] = 100
    result = smoothed(clip_of(joints, valid), 0.2)
    np.testing.assert_allclose(result.joints_root_mm[:30], 0)
    np.testing.assert_allclose(result.joints_root_mm[33:], 100)
    assert np.isnan(result.joints_root_mm[30:33]).all()


def test_an_unknown_root_stays_unknown_and_spoils_no_other():
    clip = clip_of(noise())
    root = clip.root_cam_mm.copy()
    root[5] = np.nan
    result = smoothed(clip.replaced(root_cam_mm=root), 0.1)
    assert np.flatnonzero(np.isnan(result.root_cam_mm).any(axis=1)).tolist() == [5]
    np.testing.assert_allclose(result.root_cam_mm[6], 3000)


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf")])
def test_impossible_times_are_refused(seconds):
    with pytest.raises(ShapeError, match="expected 0 or more seconds"):
        smoothed(clip_of(noise()), seconds)


def test_there_must_be_something_to_smooth():
    with pytest.raises(ShapeError, match="no 3D joints"):
        smoothed(Clip(H36M_17, 30.0, joints_px=np.zeros((3, 17, 2))), 0.1)
