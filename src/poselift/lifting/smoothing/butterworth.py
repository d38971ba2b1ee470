"""3D joints through a Butterworth filter, forwards and backwards, as biomechanics does it."""

from __future__ import annotations

import math

import numpy as np

from poselift.data.clip import Clip
from poselift.lifting.smoothing.runs import filtered

# What two passes of second order do to a cut-off (Winter, Biomechanics and Motor Control of Human Movement, 2.2.4.4).
_TWO_PASSES = (math.sqrt(2) - 1) ** 0.25
# Before the first and after the last frame a run goes on as its mirror image, for so many periods of the cut-off.
_PADDED_PERIODS = 1.5
# Times that differ by so little of a frame are even; others are brought to so many times the rate.
_EVEN, _FINER = 1e-3, 2


def butterworth(clip: Clip, cutoff_hz: float) -> Clip:
    """The clip with its 3D joints and root through a low pass of fourth order without delay, -3 dB at `cutoff_hz`.

    It is of second order, run forwards and then backwards. Frames at uneven times are brought to twice their rate
    and back by straight lines.

    Raises:
        ShapeError: the cut-off is not positive or not finite, or the clip has no 3D joints.
    """

    def run(values: np.ndarray, time_s: np.ndarray) -> np.ndarray:
        if len(values) < 3:
            return values
        flat = values.reshape(len(values), -1)
        if np.allclose(np.diff(time_s) * clip.fps, 1, atol=_EVEN):
            return _both_ways(flat, cutoff_hz / clip.fps).reshape(values.shape)
        rate = _FINER * clip.fps
        # Ticks of the clock, so that a part of a clip is brought to the same times as the whole.
        regular_s = np.arange(math.floor(time_s[0] * rate), math.ceil(time_s[-1] * rate) + 1) / rate
        smooth = _both_ways(_at(regular_s, time_s, flat), cutoff_hz / rate)
        return _at(time_s, regular_s, smooth).reshape(values.shape)

    return filtered(clip, cutoff_hz, run)


def _at(wanted_s: np.ndarray, time_s: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(wanted_s, time_s, column) for column in values.T], axis=1)


def _both_ways(values: np.ndarray, cutoff: float) -> np.ndarray:
    """Values (F, C) after both passes; the cut-off is a share of the frame rate."""
    padded = min(math.ceil(_PADDED_PERIODS / cutoff), len(values) - 1)
    before = 2 * values[0] - values[padded:0:-1]
    after = 2 * values[-1] - values[-2 : -padded - 2 : -1]
    whole = np.concatenate([before, values, after])
    warped = math.tan(math.pi * cutoff) / _TWO_PASSES
    forwards = _pass(whole, warped)
    backwards = _pass(forwards[::-1], warped)[::-1]
    inner: np.ndarray = backwards[padded : padded + len(values)]
    return inner


def _pass(values: np.ndarray, warped: float) -> np.ndarray:
    """One pass of second order, as if the first value had always been there."""
    scale = 1 + math.sqrt(2) * warped + warped**2
    gain = warped**2 / scale
    back1, back2 = 2 * (1 - warped**2) / scale, -(1 - math.sqrt(2) * warped + warped**2) / scale
    drive = gain * values
    drive[2:] += gain * (2 * values[1:-1] + values[:-2])
    drive[1] += 3 * gain * values[0]
    drive[0] += 3 * gain * values[0]
    passed = np.empty_like(values)
    one = two = values[0]
    for n, driven in enumerate(drive):
        passed[n] = driven + back1 * one + back2 * two
        one, two = passed[n], one
    return passed
