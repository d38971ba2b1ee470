"""Laws of filling gaps."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.joint_status import FILLED, GUESSED
from poselift.data.joint_status import SEEN as OBSERVED
from poselift.data.scene import Scene, Track
from poselift.errors import ShapeError
from poselift.lifting.gaps import gaps_filled, joints_filled, left_out_filled, skipped_filled
from poselift.skeleton import H36M_17

FPS = 10.0
#           frame: 0  1  2  3  4  5  6  7  8  9  10 11
SEEN = np.array([0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1], dtype=bool)


def clip_seen(seen=SEEN, fps=FPS, **changes) -> Clip:
    """Joints that move in straight lines, each with its own speed and a confidence that falls."""
    frame = np.arange(len(seen), dtype=np.float32)
    speed = np.arange(1, 35, dtype=np.float32).reshape(17, 2)
    joints_px = np.where(seen[:, None, None], 100 + frame[:, None, None] * speed, np.nan)
    confidence = np.where(seen, 1 - frame / 100, 0).astype(np.float32)[:, None].repeat(17, axis=1)
    return Clip(H36M_17, fps, joints_px=joints_px, confidence=confidence, valid=seen, **changes)


def test_short_gaps_are_filled_and_flagged_and_longer_ones_and_the_ends_stay():
    filled = gaps_filled(clip_seen(), 0.2)
    assert np.flatnonzero(filled.filled).tolist() == [3, 9, 10]
    assert np.flatnonzero(~filled.valid).tolist() == [0, 5, 6, 7]
    assert np.isnan(filled.joints_px[~filled.valid]).all()
    assert (filled.confidence[~filled.valid] == 0).all()


@pytest.mark.parametrize(("longest_s", "n_filled"), [(0, 0), (0.09, 0), (0.1, 1), (0.2, 3), (0.3, 6), (99, 6)])
def test_a_gap_is_as_long_as_its_missing_frames(longest_s, n_filled):
    assert gaps_filled(clip_seen(), longest_s).filled.sum() == n_filled


def test_the_longest_gap_is_exact_despite_floating_point():
    """0.29 * 100 is 28.999999999999996."""
    seen = np.ones(31, dtype=bool)
    seen[1:30] = False
    assert gaps_filled(clip_seen(seen, fps=100.0), 0.29).valid.all()
    assert not gaps_filled(clip_seen(seen, fps=100.0), 0.28).valid.all()


def test_what_moves_in_straight_lines_is_filled_with_the_truth():
    filled = gaps_filled(clip_seen(), 1.0)
    truth = clip_seen(np.ones(12, dtype=bool))
    np.testing.assert_allclose(filled.joints_px[1:], truth.joints_px[1:], rtol=1e-6)


def test_a_filled_joint_is_as_sure_as_the_less_sure_end():
    clip = clip_seen()
    confidence = clip.confidence.copy()
    confidence[4, 0], confidence[8, 1] = 0.3, 0
    filled = gaps_filled(clip.replaced(confidence=confidence), 1.0)
    np.testing.assert_array_equal(filled.confidence[5:8, 0], np.float32(0.3))
    np.testing.assert_array_equal(filled.confidence[5:8, 1], 0)
    np.testing.assert_array_equal(filled.confidence[5:8, 2], np.float32(0.92))


def test_a_constant_rate_fills_by_counting_frames():
    """The formula of frames without times, to the last bit."""
    clip = clip_seen(fps=29.97)
    share = np.array([1, 2, 3]) / 4
    expected = clip.joints_px[4] + share[:, None, None] * (clip.joints_px[8] - clip.joints_px[4])
    for start in (0, 1000):
        later = clip.replaced(time_s=np.arange(start, start + 12) / 29.97)
        np.testing.assert_array_equal(gaps_filled(later, 1.0).joints_px[5:8], expected.astype(np.float32))


def test_gaps_are_as_long_as_their_times_say():
    """Frames 5 to 7 of 10 frames/s, the last of which came late; straight lines are straight in time."""
    times = np.arange(12) / FPS
    times[7:] += 0.3
    clip = clip_seen(time_s=times)
    assert not gaps_filled(clip, 0.59).valid[5]
    filled = gaps_filled(clip, 0.6)
    assert filled.valid[5:8].all()
    first, last = clip.joints_px[4], clip.joints_px[8]
    for frame, share in ((5, 1 / 7), (6, 2 / 7), (7, 6 / 7)):
        np.testing.assert_allclose(filled.joints_px[frame], first + share * (last - first), rtol=1e-6)


def test_what_was_seen_is_not_touched_and_filling_twice_is_filling():
    clip = clip_seen()
    once = gaps_filled(clip, 0.2)
    np.testing.assert_array_equal(once.joints_px[SEEN], clip.joints_px[SEEN])
    twice = gaps_filled(once, 0.2)
    for name in ("joints_px", "confidence", "valid", "filled"):
        np.testing.assert_array_equal(getattr(twice, name), getattr(once, name))


@pytest.mark.parametrize("seen", [np.zeros(4, dtype=bool), np.zeros(0, dtype=bool), np.eye(4, dtype=bool)[1]])
def test_without_two_frames_there_is_nothing_to_fill(seen):
    np.testing.assert_array_equal(gaps_filled(clip_seen(seen), 9.0).valid, seen)


@pytest.mark.parametrize("longest_s", [-0.1, np.nan, np.inf])
def test_impossible_lengths_are_named(longest_s):
    with pytest.raises(ShapeError, match="max_gap_s"):
        gaps_filled(clip_seen(), longest_s)


def test_only_2d_joints_are_filled():
    with pytest.raises(ShapeError, match="no 2D joints"):
        gaps_filled(Clip(H36M_17, FPS, joints_root_mm=np.zeros((2, 17, 3))), 1.0)


def scene_seen(looked_at, missed=(), first=0):
    """Somebody who is there from a frame on, and is seen where it is looked at, but for some frames."""
    seen = looked_at.copy()
    seen[list(missed)] = False
    footage = Footage(np.arange(len(seen)) / FPS, fps=FPS)
    return Scene(footage, (Track(3, first, clip_seen(seen[first:], time_s=footage.time_s[first:])),))


def test_what_nobody_looked_at_is_filled_however_long_it_is():
    looked_at = np.isin(np.arange(40), [0, 4, 8, 30, 39])
    (track,) = skipped_filled(scene_seen(looked_at), looked_at).tracks
    assert track.id == 3
    assert track.clip.valid.all()
    np.testing.assert_array_equal(track.clip.filled, ~looked_at)
    truth = clip_seen(np.ones(40, dtype=bool))
    np.testing.assert_allclose(track.clip.joints_px, truth.joints_px, rtol=1e-5)


def test_a_frame_in_which_the_person_was_looked_for_in_vain_is_a_gap_like_any_other():
    looked_at = np.arange(21) % 4 == 0
    scene = scene_seen(looked_at, missed=[8], first=3)
    (track,) = skipped_filled(scene, looked_at).tracks
    assert (3 + np.flatnonzero(~track.clip.valid)).tolist() == [3, *range(5, 12)]
    assert gaps_filled(track.clip, 0.7).valid[1:].all()
    assert not gaps_filled(track.clip, 0.6).valid[5]


def test_where_all_is_looked_at_nothing_is_filled():
    scene = scene_seen(np.ones(12, dtype=bool), missed=[4])
    assert skipped_filled(scene, np.ones(12, dtype=bool)) is scene


def test_what_is_left_out_is_filled_with_the_gaps_that_it_is_part_of():
    left_out = np.isin(np.arange(len(SEEN)), [1, 4])
    filled = left_out_filled(clip_seen(), left_out)
    assert np.flatnonzero(filled.filled).tolist() == [3, 4, 5, 6, 7]
    assert np.flatnonzero(filled.valid).tolist() == [2, 3, 4, 5, 6, 7, 8, 11]
    assert np.isnan(filled.joints_px[~filled.valid]).all()
    assert (filled.confidence[~filled.valid] == 0).all()
    np.testing.assert_allclose(filled.joints_px[4], clip_seen(np.ones(12, dtype=bool)).joints_px[4], rtol=1e-6)


def wrist_missing(frames, **changes):
    """Everybody is there all the time; the joints of one wrist are missing in some frames."""
    clip = clip_seen(np.ones(12, dtype=bool))
    joints, confidence = clip.joints_px.copy(), clip.confidence.copy()
    wrist = H36M_17.index("left_wrist")
    joints[frames, wrist], confidence[frames, wrist] = 0, 0
    return clip, clip.replaced(joints_px=joints, confidence=confidence, **changes), wrist


def test_a_joint_is_filled_alone_and_says_so():
    truth, clip, wrist = wrist_missing([0, 3, 4, 7, 8, 9])
    filled = joints_filled(clip, 0.2)
    np.testing.assert_allclose(filled.joints_px[3:5], truth.joints_px[3:5], rtol=1e-5)
    assert np.flatnonzero(filled.joint_status[:, wrist] == FILLED).tolist() == [3, 4]
    assert np.flatnonzero(filled.joint_status[:, wrist] == GUESSED).tolist() == [0, 7, 8, 9]
    assert filled.confidence[3, wrist] == min(truth.confidence[2, wrist], truth.confidence[5, wrist])
    assert (np.delete(filled.joint_status, wrist, axis=1) == OBSERVED).all()
    assert not filled.filled.any()


def test_no_joint_is_filled_over_frames_without_the_person():
    valid = np.ones(12, dtype=bool)
    valid[4] = False
    _, clip, wrist = wrist_missing([3, 5], valid=valid)
    assert joints_filled(clip, 9).joint_status[[3, 5], wrist].tolist() == [GUESSED, GUESSED]


def test_where_nothing_is_missing_nothing_is_filled():
    clip, _, _ = wrist_missing([3])
    same = joints_filled(clip, 9)
    np.testing.assert_array_equal(same.joints_px, clip.joints_px)
    np.testing.assert_array_equal(same.joint_status, clip.joint_status)
