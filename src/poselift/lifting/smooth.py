"""3D joints smoothed over time: frames are lifted one by one, so what is left of the detector's jitter shows."""

from __future__ import annotations

import numpy as np

from poselift.data.clip import Clip
from poselift.errors import ShapeError

# Beyond so many standard deviations the kernel is cut; what is left out weighs 0.3 %.
_CUT = 3.0


def smoothed(clip: Clip, seconds: float) -> Clip:
    """The clip with its 3D joints and root averaged over time by a Gaussian of standard deviation `seconds`.

    Each unbroken run of valid frames is smoothed by itself: nothing leaks across a gap. 0 returns the clip as it is.

    Raises:
        ShapeError: `seconds` is negative or not finite, or the clip has no 3D joints.
    """
    if not (np.isfinite(seconds) and seconds >= 0):
        raise ShapeError(f"smoothing: expected 0 or more seconds, got {seconds}")
    if clip.joints_root_mm is None:
        raise ShapeError("this clip has no 3D joints to smooth", "lift it first")
    deviation = seconds * clip.fps
    if deviation == 0:
        return clip
    joints, root = clip.joints_root_mm.copy(), None if clip.root_cam_mm is None else clip.root_cam_mm.copy()
    for run in _runs(clip.valid):
        joints[run] = _gaussian(joints[run], deviation)
        if root is not None:
            root[run] = _gaussian(root[run], deviation)
    return clip.replaced(joints_root_mm=joints, root_cam_mm=root)


def _runs(valid: np.ndarray) -> list[slice]:
    """Slices of consecutive valid frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], valid, [False]]).astype(np.int8)))
    return [slice(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _gaussian(values: np.ndarray, deviation: float) -> np.ndarray:
    """Weighted means over the first axis; near the ends, and where a value is NaN, over what there is."""
    reach = min(int(np.ceil(_CUT * deviation)), len(values) - 1)
    known = np.isfinite(values)
    filled = np.where(known, values, 0)
    total, weight = np.zeros(values.shape), np.zeros(values.shape)
    for lag in range(-reach, reach + 1):
        factor = np.exp(-0.5 * (lag / deviation) ** 2)
        here = slice(max(0, -lag), len(values) - max(0, lag))
        there = slice(max(0, lag), len(values) + min(0, lag))
        total[here] += factor * filled[there]
        weight[here] += factor * known[there]
    mean = np.full(values.shape, np.nan)
    np.divide(total, weight, out=mean, where=known)
    return mean.astype(values.dtype)
