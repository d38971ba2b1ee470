"""3D joints averaged over time, which takes away what is left of the detector's jitter."""

from __future__ import annotations

import math

import numpy as np

from poselift.data.clip import Clip
from poselift.lifting.smoothing.runs import filtered

# Beyond so many standard deviations the kernel is cut; what is left out weighs 0.3 %.
_CUT = 3.0
# What rounding may make of a constant frame rate, in frames.
_ROUNDING = 1e-6


def gaussian(clip: Clip, cutoff_hz: float) -> Clip:
    """The clip with its 3D joints and root averaged over time by a Gaussian, without delay, -3 dB at `cutoff_hz`.

    A frame counts by how far its time is from that of the frame that is smoothed.

    Raises:
        ShapeError: the cut-off is not positive or not finite, or the clip has no 3D joints.
    """

    def run(values: np.ndarray, time_s: np.ndarray) -> np.ndarray:
        return _averaged(values, time_s * clip.fps, deviation_s(cutoff_hz) * clip.fps)

    return filtered(clip, cutoff_hz, run)


def deviation_s(cutoff_hz: float) -> float:
    """The standard deviation in seconds of the Gaussian that keeps 1 / sqrt(2) of a movement of this frequency."""
    return math.sqrt(math.log(2)) / (2 * math.pi * cutoff_hz)


def _averaged(values: np.ndarray, at: np.ndarray, deviation: float) -> np.ndarray:
    """Weighted means over the first axis; near the ends over what there is.

    `at` says when each row was taken, in the unit of the deviation.
    """
    cut = _CUT * deviation + 1 - _ROUNDING
    reach = _longest_lag(at, cut)
    total, weight = np.zeros(values.shape), np.zeros((len(values), *(1,) * (values.ndim - 1)))
    for lag in range(-reach, reach + 1):
        here = slice(max(0, -lag), len(values) - max(0, lag))
        there = slice(max(0, lag), len(values) + min(0, lag))
        step = at[there] - at[here]
        factor = np.where(np.abs(step) < cut, np.exp(-0.5 * (step / deviation) ** 2), 0)
        factor = factor.reshape(-1, *(1,) * (values.ndim - 1))
        total[here] += factor * values[there]
        weight[here] += factor
    mean: np.ndarray = total / weight
    return mean


def _longest_lag(at: np.ndarray, cut: float) -> int:
    """How many rows away the farthest row is that counts for any other."""
    lag = 0
    while lag + 1 < len(at) and (at[lag + 1 :] - at[: -lag - 1]).min() < cut:
        lag += 1
    return lag
