"""How an upper arm or a thigh is turned about itself, which the bend of its elbow or knee says where it is bent.

The twist of frame t minimises

    sum w_t |twist_t - bend_t|^2 + sum v_t |twist_t - rest_t|^2 + c sum |twist_t - twist_(t-1)|^2

where `bend` is what the bend says, with the weight that its direction has (the squared sine of the bend, less what a
nearly straight limb shows by chance), and `rest` is the twist of a limb that was moved from its rest pose the
shortest way, with a weight so small that it counts only where the limb has long been straight. Twists are measured
against a direction that is carried along with the limb without turning about it, so that no pose of the limb makes
them jump. A twist and a whole turn more are the same, so the sum is minimised for complex numbers first, which says
how many turns each angle has, and then for angles.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Complex, Float

from poselift.geometry.aiming import smallest_rotation

# Bends up to here say nothing.
_STRAIGHT_DEG = 10.0
# The weight of a change of the twist from frame to frame at 30 frames a second.
_STEADY = 0.1
# A limb that stays straight goes back to its rest in about so long a time.
_BACK_S = 1.0


def steady_twist(
    along: Float[np.ndarray, "frames 3"],
    rest: Float[np.ndarray, "frames 3"],
    bend: Float[np.ndarray, "frames 3"],
    trusted: Float[np.ndarray, " frames"],
    fps: float,
) -> Float[np.ndarray, "frames 3"]:
    """The unit vector across the limb that its joint bends about.

    Args:
        along: unit vectors along the limb, as seen from what it hangs on.
        rest: what the vector is if the limb got there from its rest pose the shortest way; unit vectors across it.
        bend: the cross product of the unit vectors along the limb and along what follows its joint.
        trusted: from 0 to 1, how far `rest` can be trusted.
    """
    carried = -np.cumsum(np.concatenate([np.zeros(1), _drift(along, rest)]))[: len(along)]
    across = np.cross(along, rest)
    said = np.arctan2((bend * across).sum(axis=-1), (bend * rest).sum(axis=-1)) - carried
    weight = np.maximum((bend**2).sum(axis=-1) - np.sin(np.radians(_STRAIGHT_DEG)) ** 2, 0)
    change = _STEADY * (fps / 30) ** 2
    back = (trusted + 1e-3) * change / (_BACK_S * fps) ** 2
    whole = weight + back
    turned = _smoothed(whole, weight * np.exp(1j * said) + back * np.exp(-1j * carried), change)
    near = np.unwrap(np.angle(turned))
    goals = (near + _within_half(said - near), near + _within_half(-carried - near))
    angle = _smoothed(whole, (weight * goals[0] + back * goals[1]).astype(complex), change).real + carried
    found: np.ndarray = np.cos(angle)[:, None] * rest + np.sin(angle)[:, None] * across
    return found


def _drift(along: np.ndarray, rest: np.ndarray) -> Float[np.ndarray, " steps"]:
    """By how much `rest` turns about the limb from each frame to the next, against a vector carried along."""
    moved = np.einsum("fij,fj->fi", smallest_rotation(along[:-1], along[1:]), rest[:-1])
    turned = (np.cross(moved, rest[1:]) * along[1:]).sum(axis=-1)
    angle: np.ndarray = np.arctan2(turned, (moved * rest[1:]).sum(axis=-1))
    return angle


def _within_half(angle_rad: np.ndarray) -> np.ndarray:
    """The same angle, less whole turns, from minus half a turn to half a turn."""
    within: np.ndarray = (angle_rad + np.pi) % (2 * np.pi) - np.pi
    return within


def _smoothed(
    weight: Float[np.ndarray, " frames"], right: Complex[np.ndarray, " frames"], change: float
) -> Complex[np.ndarray, " frames"]:
    """The x of weight x + change (x's second differences, negative) = right: three diagonals, by Gauss."""
    diagonal = weight + 2 * change
    diagonal[0] -= change
    diagonal[-1] -= change
    ahead, partial = np.zeros(len(right)).tolist(), right.tolist()
    before, value = 0.0, 0j
    for n, (own, given) in enumerate(zip(diagonal.tolist(), partial, strict=True)):
        pivot = own - change * before
        value = (given + change * value) / pivot
        before = change / pivot
        ahead[n], partial[n] = before, value
    for n in range(len(partial) - 2, -1, -1):
        partial[n] += ahead[n] * partial[n + 1]
    return np.array(partial)
