"""Rotations that aim one direction at another, frame by frame, without a jump where a direction is not known."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

# Shorter than this, a vector has no direction.
_NO_LENGTH = 1e-6


def smallest_rotation(
    start: Float[np.ndarray, "frames 3"], end: Float[np.ndarray, "frames 3"]
) -> Float[np.ndarray, "frames 3 3"]:
    """The smallest rotation that turns each unit vector `start` onto `end`; of opposite ones, some half turn."""
    cosine = (start * end).sum(axis=-1)
    opposite = cosine < -1 + 1e-9
    axis = np.cross(start, end)
    share = 1 / np.where(opposite, 1, 1 + cosine)
    rotation = share[:, None, None] * axis[:, :, None] * axis[:, None, :]
    for n in range(3):
        i, j = (n + 1) % 3, (n + 2) % 3
        rotation[:, n, n] += cosine
        rotation[:, j, i] += axis[:, n]
        rotation[:, i, j] -= axis[:, n]
    if opposite.any():
        across = any_across(start[opposite])
        rotation[opposite] = 2 * across[:, :, None] * across[:, None, :] - np.eye(3)
    return rotation


def axes_of(
    along: Float[np.ndarray, "frames 3"], aside: Float[np.ndarray, "frames 3"]
) -> Float[np.ndarray, "frames 3 3"]:
    """Rotations whose first column is `along`, of length 1, and whose second is as near to `aside` as may be.

    Where `aside` has no part across `along`, that of the frame before is kept.
    """
    across = _across(along, aside)
    known = np.linalg.norm(across, axis=-1) > _NO_LENGTH
    if not known.all():
        across = _across(along, held(across, known, np.zeros(3)))
        lost = np.linalg.norm(across, axis=-1) <= _NO_LENGTH
        across[lost] = any_across(along[lost])
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    return np.stack([along, across, np.cross(along, across)], axis=-1)


def _across(along: np.ndarray, aside: np.ndarray) -> np.ndarray:
    across: np.ndarray = aside - (aside * along).sum(axis=-1, keepdims=True) * along
    return across


def any_across(along: Float[np.ndarray, "frames 3"]) -> Float[np.ndarray, "frames 3"]:
    """Some unit vector across each of these unit vectors."""
    least = np.eye(3)[np.abs(along).argmin(axis=-1)]
    across = np.cross(along, least)
    return np.asarray(across / np.linalg.norm(across, axis=-1, keepdims=True))


def directions(
    vectors: Float[np.ndarray, "frames 3"], otherwise: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "frames 3"]:
    """Vectors at length 1; those without a length are as the last before, or the first after, or `otherwise`."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    known = length[:, 0] > _NO_LENGTH
    return held(vectors / np.where(known[:, None], length, 1), known, otherwise)


def held(
    values: Float[np.ndarray, "frames *each"],
    known: Bool[np.ndarray, " frames"],
    otherwise: Float[np.ndarray, "*each"],
) -> Float[np.ndarray, "frames *each"]:
    """Values of frames that are not known, taken from the last frame before that is, or from the first after."""
    if not known.any():
        return np.broadcast_to(otherwise, values.shape).copy()
    return np.asarray(values[last_known(known)])


def last_known(known: Bool[np.ndarray, " frames"]) -> np.ndarray:
    """For each frame (F,) the last one up to it that is known; before the first of them, that one."""
    number = np.where(known, np.arange(len(known)), -1)
    before: np.ndarray = np.maximum.accumulate(number)
    return np.where(before < 0, int(known.argmax()), before)
