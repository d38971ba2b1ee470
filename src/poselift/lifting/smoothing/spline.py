"""3D joints as smoothing splines: as near to what was lifted, and as little bent, as the cut-off asks for."""

from __future__ import annotations

import math

import numpy as np

from poselift.data.clip import Clip
from poselift.lifting.smoothing.runs import filtered
from poselift.world.banded import banded_solution, second_differences


def spline(clip: Clip, cutoff_hz: float) -> Clip:
    """The clip with its 3D joints and root as discrete smoothing splines, without delay, -3 dB at `cutoff_hz`.

    The sum of squared distances and of squared accelerations, weighted, is least (Whittaker 1923; Reinsch 1967). A
    movement of low frequency f keeps 1 / (1 + (f / f0)^4) of its size. Uneven times are taken as they are.

    Raises:
        ShapeError: the cut-off is not positive or not finite, or the clip has no 3D joints.
    """

    def run(values: np.ndarray, time_s: np.ndarray) -> np.ndarray:
        if len(values) < 3:
            return values
        # Second differences make (2 - 2 cos w)^2 fps^4 of a movement; at the cut-off 1 / sqrt(2) is to be left.
        turned = 2 * math.pi * cutoff_hz / clip.fps
        weight = (math.sqrt(2) - 1) / ((2 - 2 * math.cos(turned)) ** 2 * clip.fps**4)
        flat = values.reshape(len(values), -1)
        return banded_solution(_bands(time_s, weight), _spans_s(time_s)[:, None] * flat).reshape(values.shape)

    return filtered(clip, cutoff_hz, run)


def _spans_s(time_s: np.ndarray) -> np.ndarray:
    """For how long each frame stands: half of the time to both neighbours; ends stand for a whole one."""
    steps = np.diff(time_s)
    spans: np.ndarray = (np.concatenate([steps[:1], steps]) + np.concatenate([steps, steps[-1:]])) / 2
    return spans


def _bands(time_s: np.ndarray, weight: float) -> np.ndarray:
    factors, lasts_s = second_differences(np.diff(time_s))
    band = np.zeros((len(time_s), 3))
    band[:, 0] = _spans_s(time_s)
    for later in range(3):
        for earlier in range(later + 1):
            added = weight * lasts_s * factors[later] * factors[earlier]
            band[later : later + len(added), later - earlier] += added
    return band
