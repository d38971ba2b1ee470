"""3D joints through the One-Euro filter, which knows only the past: for live use."""

from __future__ import annotations

import math

import numpy as np

from poselift.data.clip import Clip
from poselift.lifting.smoothing.runs import filtered

# The faster somebody moves, the higher the cut-off, by so many Hz for each metre a second; and that of the speed.
_HZ_PER_M_S, _SPEED_HZ = 3.0, 1.0


def one_euro(clip: Clip, cutoff_hz: float) -> Clip:
    """The clip with its 3D joints and root through a causal low pass whose cut-off is `cutoff_hz` at rest.

    Source: Casiez, Roussel and Vogel, 1 Euro Filter, CHI 2012; the weights are those of the discrete filter, so that
    the cut-off holds at low frame rates too. Each joint has the speed of its own. It delays slow movements by up to
    1 / (2 pi cutoff_hz) seconds.

    Raises:
        ShapeError: the cut-off is not positive or not finite, or the clip has no 3D joints.
    """

    def run(values: np.ndarray, time_s: np.ndarray) -> np.ndarray:
        passed = values.copy()
        speed = np.zeros_like(values[0])
        for n in range(1, len(values)):
            step_s = float(time_s[n] - time_s[n - 1])
            speed += _share(_SPEED_HZ, step_s) * ((values[n] - passed[n - 1]) / step_s - speed)
            rate_hz = cutoff_hz + _HZ_PER_M_S / 1e3 * np.linalg.norm(speed, axis=-1, keepdims=True)
            passed[n] += (_share(rate_hz, step_s) - 1) * (values[n] - passed[n - 1])
        return passed

    return filtered(clip, cutoff_hz, run)


def _share(cutoff_hz: np.ndarray | float, step_s: float) -> np.ndarray | float:
    """How much of a new value counts in a low pass of first order, for -3 dB at the cut-off at this rate."""
    bent = 1 - np.cos(np.minimum(2 * math.pi * cutoff_hz * step_s, math.pi))
    share: np.ndarray | float = np.sqrt(bent**2 + 2 * bent) - bent
    return share
