"""Laws of smoothing over time."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.lifting.smoothing.gaussian import deviation_s
from poselift.lifting.smoothing.gaussian import gaussian as gaussian_of_hz
from poselift.skeleton import H36M_17

FRAMES = 60
FPS = 30.0


def gaussian(clip: Clip, seconds: float) -> Clip:
    """By its standard deviation, which goes as one over the cut-off."""
    return gaussian_of_hz(clip, deviation_s(1.0) / seconds)


def clip_of(joints: np.ndarray, valid: np.ndarray | None = None, **changes) -> Clip:
    joints = joints.copy()
    root = np.full((len(joints), 3), 3000.0)
    valid = np.ones(len(joints), dtype=bool) if valid is None else valid
    joints[~valid], root[~valid] = np.nan, np.nan
    return Clip(H36M_17, FPS, joints_root_mm=joints, root_cam_mm=root, valid=valid, **changes)


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 10, (FRAMES, 17, 3))


def test_a_still_person_stays_still():
    still = np.ones((FRAMES, 17, 3)) * np.arange(17)[:, None]
    np.testing.assert_allclose(gaussian(clip_of(still), 0.1).joints_root_mm, still, atol=1e-12)


def test_constant_speed_is_kept_inside_the_clip():
    moving = np.arange(FRAMES)[:, None, None] * np.ones((1, 17, 3))
    np.testing.assert_allclose(gaussian(clip_of(moving), 0.1).joints_root_mm[12:-12], moving[12:-12], atol=1e-9)


def test_jitter_shrinks_the_more_the_longer():
    spread = [gaussian(clip_of(noise()), s).joints_root_mm.std() for s in (0.01, 0.05, 0.2)]
    assert 10 > spread[0] > spread[1] > spread[2]


def test_it_is_a_convolution_with_a_gaussian():
    values = noise()
    kernel = np.exp(-0.5 * (np.arange(-9, 10) / 3.0) ** 2)
    expected = np.convolve(values[:, 4, 1], kernel / kernel.sum(), mode="valid")
    np.testing.assert_allclose(gaussian(clip_of(values), 0.1).joints_root_mm[9:-9, 4, 1], expected, atol=1e-9)


def test_nothing_leaks_across_a_gap():
    valid = np.ones(FRAMES, dtype=bool)
    valid[30:33] = False
    joints = np.zeros((FRAMES, 17, 3))
    joints[33:] = 100
    result = gaussian(clip_of(joints, valid), 0.2)
    np.testing.assert_allclose(result.joints_root_mm[:30], 0)
    np.testing.assert_allclose(result.joints_root_mm[33:], 100)
    assert np.isnan(result.joints_root_mm[30:33]).all()


def test_an_unknown_root_stays_unknown_and_spoils_no_other():
    clip = clip_of(noise())
    root = clip.root_cam_mm.copy()
    root[5] = np.nan
    result = gaussian(clip.replaced(root_cam_mm=root), 0.1)
    assert np.flatnonzero(np.isnan(result.root_cam_mm).any(axis=1)).tolist() == [5]
    np.testing.assert_allclose(result.root_cam_mm[6], 3000)


@pytest.mark.parametrize("cutoff_hz", [0, -0.1, float("nan"), float("inf")])
def test_impossible_cut_offs_are_refused(cutoff_hz):
    with pytest.raises(ShapeError, match="cutoff_hz: expected a positive number"):
        gaussian_of_hz(clip_of(noise()), cutoff_hz)


def test_there_must_be_something_to_smooth():
    with pytest.raises(ShapeError, match="no 3D joints"):
        gaussian(Clip(H36M_17, 30.0, joints_px=np.zeros((3, 17, 2))), 0.1)


def weights_by_lag(values, deviation):
    """The sum over whole frames that smoothing was before clips had times."""
    reach = min(int(np.ceil(3 * deviation)), len(values) - 1)
    total, weight = np.zeros(values.shape), np.zeros(values.shape)
    for lag in range(-reach, reach + 1):
        factor = np.exp(-0.5 * (lag / deviation) ** 2)
        here = slice(max(0, -lag), len(values) - max(0, lag))
        there = slice(max(0, lag), len(values) + min(0, lag))
        total[here] += factor * values[there].astype(np.float64)
        weight[here] += factor
    return (total / weight).astype(values.dtype)


@pytest.mark.parametrize("seconds", [0.01, 0.04, 0.1, 0.6])
@pytest.mark.parametrize("start", [0, 12345])
def test_a_constant_rate_is_smoothed_by_counting_frames(seconds, start):
    values = noise().astype(np.float32)
    clip = clip_of(values, time_s=np.arange(start, start + FRAMES) / FPS)
    smooth = gaussian(clip, seconds).joints_root_mm
    np.testing.assert_allclose(smooth, weights_by_lag(values, seconds * FPS), rtol=1e-5, atol=1e-5)


def test_weights_go_by_true_times():
    times = np.cumsum(np.random.default_rng(1).uniform(0.005, 0.1, FRAMES))
    values = noise()
    distance = (times[:, None] - times) / 0.05
    weights = np.where(np.abs(distance) < 3 + 1 / (0.05 * FPS), np.exp(-0.5 * distance**2), 0)
    expected = np.einsum("fg,gjc->fjc", weights / weights.sum(1, keepdims=True), values)
    np.testing.assert_allclose(gaussian(clip_of(values, time_s=times), 0.05).joints_root_mm, expected, atol=1e-12)


def test_a_pause_of_the_camera_parts_what_lies_around_it():
    times = np.arange(FRAMES) / FPS
    times[30:] += 5
    joints = np.zeros((FRAMES, 17, 3))
    joints[30:] = 100
    result = gaussian(clip_of(joints, time_s=times), 0.2).joints_root_mm
    np.testing.assert_array_equal(result[:30], 0)
    np.testing.assert_allclose(result[30:], 100)


def test_one_frame_is_itself():
    one = clip_of(noise()[:1])
    np.testing.assert_allclose(gaussian(one, 0.1).joints_root_mm, one.joints_root_mm)
