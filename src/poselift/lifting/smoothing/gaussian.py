"""3D joints averaged over time, which takes away what is left of the detector's jitter."""

from __future__ import annotations

import numpy as np

from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.lifting.seconds import checked_seconds

# Beyond so many standard deviations the kernel is cut; what is left out weighs 0.3 %.
_CUT = 3.0


def gaussian(clip: Clip, seconds: float) -> Clip:
    """The clip with its 3D joints and root averaged over time by a Gaussian of standard deviation `seconds`.

    Each unbroken run of valid frames is smoothed by itself: nothing leaks across a gap. A frame counts by how far its
    time is from that of the frame that is smoothed. 0 returns the clip as it is.

    Raises:
        ShapeError: `seconds` is negative or not finite, or the clip has no 3D joints.
    """
    checked_seconds(seconds, "smoothing_s")
    if clip.joints_root_mm is None:
        raise ShapeError("this clip has no 3D joints to smooth", "lift it first")
    deviation = seconds * clip.fps
    if deviation == 0:
        return clip
    joints, root = clip.joints_root_mm.copy(), None if clip.root_cam_mm is None else clip.root_cam_mm.copy()
    steps = clip.nominal_frames
    for run in _runs(clip.valid):
        joints[run] = _averaged(joints[run], steps[run], deviation)
        if root is not None:
            root[run] = _averaged(root[run], steps[run], deviation)
    return clip.replaced(joints_root_mm=joints, root_cam_mm=root)


def _runs(valid: np.ndarray) -> list[slice]:
    """Slices of consecutive valid frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], valid, [False]]).astype(np.int8)))
    return [slice(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _averaged(values: np.ndarray, at: np.ndarray, deviation: float) -> np.ndarray:
    """Weighted means over the first axis; near the ends, and where a value is NaN, over what there is.

    `at` says when each row was taken, in the unit of the deviation.
    """
    cut = _CUT * deviation + 1
    reach = _longest_lag(at, cut)
    known = np.isfinite(values)
    filled = np.where(known, values, 0)
    total, weight = np.zeros(values.shape), np.zeros(values.shape)
    for lag in range(-reach, reach + 1):
        here = slice(max(0, -lag), len(values) - max(0, lag))
        there = slice(max(0, lag), len(values) + min(0, lag))
        step = at[there] - at[here]
        factor = np.where(np.abs(step) < cut, np.exp(-0.5 * (step / deviation) ** 2), 0)
        factor = factor.reshape(-1, *(1,) * (values.ndim - 1))
        total[here] += factor * filled[there]
        weight[here] += factor * known[there]
    mean = np.full(values.shape, np.nan)
    np.divide(total, weight, out=mean, where=known)
    return mean.astype(values.dtype)


def _longest_lag(at: np.ndarray, cut: float) -> int:
    """How many rows away the farthest row is that counts for any other."""
    lag = 0
    while lag + 1 < len(at) and (at[lag + 1 :] - at[: -lag - 1]).min() < cut:
        lag += 1
    return lag
