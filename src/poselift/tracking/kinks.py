"""Where somebody who is followed moves on as no person can: there a detector went from one person over to another."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

# What is looked at spans so many seconds at least, and so many frames on each side.
_SPAN_S, _FEWEST = 0.4, 3
# Velocities of two neighbouring quarters of a second that differ by more sizes per second are those of two people.
# Somebody who brakes or turns as hard as they can, half the acceleration of gravity, comes to 0.7.
_KINK = 1.0


def kink(time_s: Float[np.ndarray, " frames"], place_px: Float[np.ndarray, "frames 2"], size_px: float) -> int | None:
    """The first frame of another motion, if the last half second holds two.

    Args:
        time_s: when they were seen; half a second or so.
        place_px: where.
        size_px: how large they are.
    """
    if time_s[-1] - time_s[0] < _SPAN_S:
        return None
    middle = int(np.searchsorted(time_s, (time_s[0] + time_s[-1]) / 2))
    if min(middle, len(time_s) - middle) < _FEWEST:
        return None
    before, after = (_line(time_s[part], place_px[part])[0] for part in (slice(middle), slice(middle, None)))
    if np.linalg.norm(after - before) < _KINK * max(size_px, 1e-9):
        return None
    places = range(_FEWEST, len(time_s) - _FEWEST + 1)
    off = [sum(_line(time_s[part], place_px[part])[1] for part in (slice(k), slice(k, None))) for k in places]
    return places[int(np.argmin(off))]


def _line(time_s: np.ndarray, place_px: np.ndarray) -> tuple[np.ndarray, float]:
    """The velocity of the straight motion through these places, and the sum of squares by which they miss it."""
    since_s = time_s - time_s.mean()
    from_px = place_px - place_px.mean(axis=0)
    velocity = since_s @ from_px / max(float(since_s @ since_s), 1e-12)
    return velocity, float(((from_px - since_s[:, None] * velocity) ** 2).sum())
