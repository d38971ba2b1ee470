"""What holds for every way of smoothing, and how clips are parted for it."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.geometry.rotation import axis_rotation
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lifting.smoothing.runs import filtered
from poselift.lookup import look_up
from poselift.skeleton import H36M_17

WITHOUT_DELAY = ("butterworth", "gaussian", "spline")
ALL = (*WITHOUT_DELAY, "one_euro")


def smooth(name, joints, fps=60.0, cutoff_hz=6.0, **changes):
    clip = Clip(H36M_17, fps, joints_root_mm=joints, root_cam_mm=joints[:, 0] + 3000, **changes)
    return look_up(SMOOTHERS, name, "smoothing")(clip, cutoff_hz)


def noise(frames=120):
    return np.random.default_rng(0).normal(0, 10, (frames, 17, 3))


def to_and_fro(hz, fps, seconds=8):
    wave = np.sin(2 * np.pi * hz * np.arange(int(seconds * fps)) / fps)
    return np.tile(wave[:, None, None], (1, 17, 3))


@pytest.mark.parametrize("name", WITHOUT_DELAY)
@pytest.mark.parametrize(("fps", "cutoff_hz"), [(30.0, 4.0), (60.0, 6.0), (240.0, 10.0)])
def test_at_the_cut_off_71_per_cent_are_left_and_slow_movement_stays(name, fps, cutoff_hz):
    middle = slice(int(3 * fps), int(5 * fps))
    for hz, kept in ((cutoff_hz, np.sqrt(0.5)), (cutoff_hz / 6, 0.98)):
        whole = to_and_fro(hz, fps)
        left = smooth(name, whole, fps, cutoff_hz).joints_root_mm[middle].std() / whole[middle].std()
        assert left == pytest.approx(kept, abs=0.035)


@pytest.mark.parametrize("name", ALL)
def test_who_is_still_stays_and_noise_shrinks_the_more_the_lower(name):
    still = np.ones((50, 17, 3)) * np.arange(17)[:, None]
    np.testing.assert_allclose(smooth(name, still).joints_root_mm, still, atol=1e-9)
    spread = [np.diff(smooth(name, noise(), cutoff_hz=hz).joints_root_mm, axis=0).std() for hz in (12, 6, 2)]
    assert spread[0] > spread[1] > spread[2]


@pytest.mark.parametrize("name", ALL)
def test_it_does_not_matter_where_people_stand_and_which_way_they_face(name):
    turn = axis_rotation("Y", 0.7)
    turned, straight = (smooth(name, joints).joints_root_mm for joints in (noise() @ turn.T + 500, noise()))
    np.testing.assert_allclose(turned, straight @ turn.T + 500, atol=1e-8)


@pytest.mark.parametrize("name", WITHOUT_DELAY)
def test_backwards_is_the_same_but_for_one_that_knows_only_the_past(name):
    forwards, backwards = smooth(name, noise()), smooth(name, noise()[::-1].copy())
    middle = slice(40, 80)
    np.testing.assert_allclose(backwards.joints_root_mm[::-1][middle], forwards.joints_root_mm[middle], atol=0.05)


def test_one_euro_knows_only_the_past():
    changed = noise()
    changed[60:] += 100
    before, after = (smooth("one_euro", joints).joints_root_mm for joints in (noise(), changed))
    np.testing.assert_array_equal(before[:60], after[:60])
    assert np.abs(before[60:] - after[60:]).max() > 20


@pytest.mark.parametrize("name", ALL)
def test_nothing_leaks_across_gaps_and_pauses(name):
    joints, valid = np.zeros((60, 17, 3)), np.ones(60, dtype=bool)
    joints[30:], valid[28:30] = 100, False
    joints[28:30] = np.nan
    times = np.arange(60) / 60.0
    times[45:] += 3
    joints[45:] = -100
    found = smooth(name, joints, valid=valid, time_s=times).joints_root_mm
    np.testing.assert_allclose(found[:28], 0, atol=1e-9)
    np.testing.assert_allclose(found[30:45], 100)
    np.testing.assert_allclose(found[45:], -100)
    assert np.isnan(found[28:30]).all()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("frames", [1, 2, 3, 4])
def test_short_clips_and_unknown_roots_are_no_trouble(name, frames):
    joints = noise(frames)
    root = joints[:, 0] + 3000
    root[-1] = np.nan
    clip = look_up(SMOOTHERS, name, "smoothing")(Clip(H36M_17, 60.0, joints_root_mm=joints, root_cam_mm=root), 6.0)
    assert np.isfinite(clip.joints_root_mm).all()
    assert np.isnan(clip.root_cam_mm[-1]).all()


@pytest.mark.parametrize("name", WITHOUT_DELAY)
def test_uneven_times_are_smoothed_by_time(name):
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.uniform(0.5, 1.5, 240)) / 60
    wave = np.tile(np.sin(2 * np.pi * times)[:, None, None], (1, 17, 3))
    noisy = wave + rng.normal(0, 0.2, wave.shape)
    found = smooth(name, noisy, time_s=times).joints_root_mm
    assert np.abs(found - wave)[20:-20].mean() < 0.6 * np.abs(noisy - wave)[20:-20].mean()


def test_2d_is_refused():
    with pytest.raises(ShapeError, match="no 3D joints to smooth"):
        filtered(Clip(H36M_17, 30.0, joints_px=np.zeros((2, 17, 2))), 6.0, lambda values, time_s: values)


@pytest.mark.parametrize("name", ALL)
def test_where_there_are_too_few_frames_a_second_nothing_changes(name):
    np.testing.assert_array_equal(smooth(name, noise(), fps=12.0, cutoff_hz=6.0).joints_root_mm, noise())
