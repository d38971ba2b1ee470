"""Laws of lifting over time: gaps, ends, rates, pieces and mirrors."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.windows import Window
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.lifting import lifter as module
from poselift.skeleton import H36M_17

SIZE_PX = (640, 480)
CAMERA = Camera.guessed(SIZE_PX)


def walk(frames: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Joints (F, 17, 2) that move smoothly, and their confidences; a few joints are missing."""
    rng = np.random.default_rng(seed)
    pose = rng.normal(0, 50, (17, 2))
    swing = np.sin(np.arange(frames)[:, None, None] / 5 + rng.uniform(0, 6, (17, 2))) * 10
    centre = np.linspace((200, 220), (440, 260), frames)[:, None]
    confidence = rng.uniform(0.3, 1, (frames, 17)) * (rng.random((frames, 17)) > 0.1)
    return pose + swing + centre, confidence


def clip_of(joints_px, confidence, fps=25.0, **more) -> Clip:
    return Clip(H36M_17, fps, joints_px=joints_px, confidence=confidence, size_px=SIZE_PX, camera=CAMERA, **more)


def same(a: np.ndarray, b: np.ndarray, atol: float = 0.01) -> None:
    np.testing.assert_allclose(a, b, atol=atol)  # of millimetres


def test_every_frame_of_a_clip_is_lifted(window_lifter, window):
    lifted = window_lifter(window).lift(clip_of(*walk()))
    assert lifted.valid.all()
    root = H36M_17.root_position(lifted.joints_root_mm)
    np.testing.assert_allclose(root, 0, atol=1e-4)


def test_moving_time_moves_nothing(window_lifter, window):
    lifter, clip = window_lifter(window), clip_of(*walk())
    later = clip.replaced(time_s=clip.time_s + 1000)
    same(lifter.lift(later).joints_root_mm, lifter.lift(clip).joints_root_mm)


def test_mirrored_in_is_mirrored_out(window_lifter, window):
    lifter = window_lifter(window)
    joints_px, confidence = walk()
    mirror = H36M_17.flip_permutation
    mirrored_px = joints_px[:, mirror] * [-1, 1] + [SIZE_PX[0], 0]
    plain = lifter.lift_arrays(joints_px, confidence, CAMERA)
    mirrored = lifter.lift_arrays(mirrored_px, confidence[:, mirror], CAMERA)
    same(mirrored[0], H36M_17.mirrored(plain[0]))
    same(mirrored[1], plain[1] * [-1, 1, 1], atol=0.5)


def test_what_a_missing_joint_says_does_not_matter(window_lifter, window):
    lifter = window_lifter(window)
    joints_px, confidence = walk()
    wild = np.where(confidence[..., None] > 0, joints_px, np.nan)
    far = np.where(confidence[..., None] > 0, joints_px, 1e9)
    time_s = np.arange(40) / 30.0
    expected = lifter.lift_arrays(joints_px, confidence, CAMERA, time_s=time_s)
    for other in (wild, far):
        for a, b in zip(lifter.lift_arrays(other, confidence, CAMERA, time_s=time_s), expected, strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_clip_in_overlapping_pieces_is_the_whole(window_lifter, window, monkeypatch):
    lifter, (joints_px, confidence) = window_lifter(window), walk(60)
    time_s = np.arange(60) / 30.0
    whole = lifter.lift_arrays(joints_px, confidence, CAMERA, time_s=time_s)
    reach = 25
    for start, stop in ((0, 30), (30, 60)):
        low, high = max(start - reach, 0), min(stop + reach, 60)
        piece = lifter.lift_arrays(joints_px[low:high], confidence[low:high], CAMERA, time_s=time_s[low:high])
        for a, b in zip(piece, whole, strict=True):
            same(a[start - low : stop - low], b[start:stop])
    monkeypatch.setattr(module, "_BATCH", 16)
    for a, b in zip(lifter.lift_arrays(joints_px, confidence, CAMERA, time_s=time_s), whole, strict=True):
        same(a, b)


def test_a_gap_is_masked_and_does_not_shift_time(window_lifter, window):
    """Frames that nobody saw are as good as frames whose joints are missing, and far from them nothing changes."""
    lifter, (joints_px, confidence) = window_lifter(window), walk(60)
    valid = np.ones(60, dtype=bool)
    valid[30:34] = False
    gap = lifter.lift(clip_of(joints_px, confidence, valid=valid))
    masked = lifter.lift(clip_of(joints_px, confidence * valid[:, None]))
    whole = lifter.lift(clip_of(joints_px, confidence))
    assert (gap.valid == valid).all()
    np.testing.assert_array_equal(gap.joints_root_mm, masked.joints_root_mm)
    same(gap.joints_root_mm[:20], whole.joints_root_mm[:20])
    same(gap.joints_root_mm[50:], whole.joints_root_mm[50:])
    if window.frames > 1:
        assert np.abs(gap.joints_root_mm[34] - whole.joints_root_mm[34]).max() > 1


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_clip_may_be_shorter_than_the_window(window_lifter, window, frames):
    lifted = window_lifter(window).lift(clip_of(*walk(frames)))
    assert lifted.valid.all()


def test_an_empty_clip_stays_empty(window_lifter, window):
    joints, root, _ = window_lifter(window).lift_arrays(np.zeros((0, 17, 2)), None, CAMERA)
    assert (joints.shape, root.shape) == ((0, 17, 3), (0, 3))


def test_a_recording_at_twice_the_rate_gives_the_same_frames(window_lifter):
    """The window is counted in seconds: what lies between its frames does not matter."""
    lifter = window_lifter(Window(frames=7, fps=25.0))
    joints_px, confidence = walk(81)
    fast = lifter.lift(clip_of(joints_px, confidence, fps=50.0))
    slow = lifter.lift(clip_of(joints_px[::2], confidence[::2], fps=25.0))
    inner = slice(4, -4)
    same(fast.joints_root_mm[::2][inner], slow.joints_root_mm[inner])


def test_without_times_frames_are_taken_as_they_come(window_lifter):
    lifter, (joints_px, confidence) = window_lifter(Window(frames=7, fps=25.0)), walk()
    same(
        lifter.lift_arrays(joints_px, confidence, CAMERA)[0],
        lifter.lift_arrays(joints_px, confidence, CAMERA, time_s=np.arange(40) / 25.0)[0],
    )


def test_true_times_count_and_not_the_average_rate(window_lifter):
    lifter, (joints_px, confidence) = window_lifter(Window(frames=7, fps=25.0)), walk(41)
    kept = np.delete(np.arange(41), [10, 11, 20, 31])
    times = kept / 25.0
    varying = lifter.lift(clip_of(joints_px[kept], confidence[kept], time_s=times))
    whole = lifter.lift(clip_of(joints_px, confidence))
    far = np.abs(kept[:, None] - [10, 11, 20, 31]).min(axis=1) > 3
    same(varying.joints_root_mm[far], whole.joints_root_mm[kept[far]])


@pytest.mark.parametrize(
    ("time_s", "said"),
    [
        (np.array([0.0, 0.04, 0.04, 0.08]), "time_s: frame 2: expected more than the 0.04 s .* got 0.04"),
        (np.array([0.0, 0.08, 0.04, 0.12]), "time_s: frame 2: .* got 0.04"),
        (np.array([0.0, np.nan, 0.04, 0.08]), "time_s: frame 1: expected a finite number"),
        (np.arange(3) / 25.0, "time_s: expected 4 numbers"),
        (np.arange(4) / 5.0, "the model sees 25 frames a second, the clip has 5"),
    ],
)
def test_times_that_cannot_be_are_named(window_lifter, time_s, said):
    joints_px, confidence = walk(4)
    with pytest.raises(ShapeError, match=said):
        window_lifter(Window(frames=3, fps=25.0)).lift_arrays(joints_px, confidence, CAMERA, time_s=time_s)


def test_data_sets_ask_the_network_itself(window_lifter, window):
    lifter = window_lifter(window, channels=2)
    frames = () if window.frames == 1 else (window.frames,)
    output = lifter.network_output(np.zeros((4, *frames, 17, 2), dtype=np.float32))
    assert output.shape == (4, *window.output_frames, 17, 3)
    with pytest.raises(ShapeError, match="inputs: expected shape"):
        lifter.network_output(np.zeros((4, *frames, 16, 2), dtype=np.float32))
