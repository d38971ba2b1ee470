"""Rotations as numbers that do not jump from frame to frame where the rotation does not."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

# Nearer to the pole than this, the first and the last angle turn about one axis.
_AT_POLE = 1e-7


def quaternions_over_time(rotation: Float[np.ndarray, "frames 3 3"]) -> Float[np.ndarray, "frames 4"]:
    """Unit quaternions (w, x, y, z) of rotations; of q and -q, which are the same rotation, the one near the last."""
    m = rotation
    trace = m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2]
    # Four times the products of each component with each other one; the largest diagonal is the safest to divide by.
    squares = np.stack([1 + trace, *(1 + 2 * m[:, n, n] - trace for n in range(3))], axis=-1)
    products = np.empty((len(m), 4, 4))
    products[:, range(4), range(4)] = squares
    for n in range(3):
        i, j = (n + 1) % 3, (n + 2) % 3
        products[:, 0, n + 1] = products[:, n + 1, 0] = m[:, j, i] - m[:, i, j]
        products[:, i + 1, j + 1] = products[:, j + 1, i + 1] = m[:, i, j] + m[:, j, i]
    found = products[np.arange(len(m)), squares.argmax(axis=-1)]
    found /= np.linalg.norm(found, axis=-1, keepdims=True)
    turned = (found[1:] * found[:-1]).sum(axis=-1) < 0
    found[1:] *= _alternating(turned)[:, None]
    if len(found) and found[0, 0] < 0:
        found = -found
    return np.asarray(found)


def _alternating(turned: np.ndarray) -> Float[np.ndarray, " frames"]:
    """1, then -1 from the first frame that is turned on, then 1 again from the second on."""
    return 1 - 2.0 * (np.cumsum(turned) % 2)


def zxy_angles_over_time(rotation: Float[np.ndarray, "frames 3 3"]) -> Float[np.ndarray, "frames 3"]:
    """Angles z, x, y in radians, so that Rz @ Rx @ Ry is the rotation.

    Two triples stand for each rotation, and each angle may be a whole turn more: in each frame the one that is
    nearest to the frame before. Where x is a quarter turn, z and y turn about one axis, and y is taken to be 0.
    """
    m = rotation
    level = np.hypot(m[:, 0, 1], m[:, 1, 1])
    pole = level < _AT_POLE
    x = np.arctan2(m[:, 2, 1], level)
    z = np.where(pole, np.arctan2(m[:, 1, 0], m[:, 0, 0]), np.arctan2(-m[:, 0, 1], m[:, 1, 1]))
    y = np.where(pole, 0, np.arctan2(-m[:, 2, 0], m[:, 2, 2]))
    one = np.stack([z, x, y], axis=-1)
    other = np.stack([z + np.pi, np.pi - x, y + np.pi], axis=-1)
    straight, crossed = (_turn(one[:-1], later[1:]) for later in (one, other))
    exchanged = np.concatenate([np.zeros(1), np.cumsum(crossed < straight) % 2])[: len(one), None] > 0
    angles: np.ndarray = np.unwrap(np.where(exchanged, other, one), axis=0)
    return angles


def _turn(before: np.ndarray, after: np.ndarray) -> Float[np.ndarray, " frames"]:
    """By how much three angles change in all, each the shorter way round."""
    total: np.ndarray = np.abs((after - before + np.pi) % (2 * np.pi) - np.pi).sum(axis=-1)
    return total
