"""The people of one frame as arrays, and how alike two people are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from poselift.data.detections import SeenPerson
from poselift.skeleton import Skeleton

# In sizes of the person: how far off a detector puts a joint of the trunk, and one at the end of a limb. The falloffs
# of COCO's keypoint similarity are of this order, from 0.03 (eyes) to 0.12 (hips) of the height.
_OFF_TRUNK, _OFF_END = 0.05, 0.09
# And how fast these move otherwise than the person as a whole did until now, in sizes per second.
_STRAY_TRUNK, _STRAY_END = 0.5, 1.5
# A joint counts as one that everybody shares with everybody and nobody has alike: two people need more than that.
_UNSHARED = 0.5
# Joints so near each other, in sizes, count as one: a face of eleven points is no more than a knee and a hip.
_ONE_PLACE = 0.07


class Bodies(NamedTuple):
    """N people of one frame.

    Attributes:
        joints_px: (N, J, 2), 0 where the joint is missing.
        weight: (N, J) how much each joint says of where the person is: its confidence, shared with those beside it.
        size_px: (N,) diagonal of the box around the joints that are there; 0 where none is.
    """

    joints_px: Float[np.ndarray, "people joints 2"]
    weight: Float[np.ndarray, "people joints"]
    size_px: Float[np.ndarray, " people"]

    @classmethod
    def of(cls, found: Sequence[SeenPerson]) -> Bodies:
        """Those found in a frame, in their order."""
        if not found:
            return cls(np.empty((0, 0, 2)), np.empty((0, 0)), np.empty(0))
        confidence = np.stack([person.confidence for person in found]).astype(float)
        there = (confidence > 0)[..., None]
        joints_px = np.where(there, np.stack([person.joints_px for person in found]), 0.0)
        highest = np.where(there, joints_px, -np.inf).max(axis=1)
        lowest = np.where(there, joints_px, np.inf).min(axis=1)
        sides = np.where(there.any(axis=1), highest - lowest, 0.0)
        size_px = np.hypot(sides[:, 0], sides[:, 1])
        return cls(joints_px, _weight(joints_px, confidence, size_px), size_px)

    @property
    def middle_px(self) -> Float[np.ndarray, "people 2"]:
        """The mean of everybody's joints, by their weight."""
        total = np.maximum(self.weight.sum(axis=1), 1e-9)
        middle: np.ndarray = (self.joints_px * self.weight[..., None]).sum(axis=1) / total[:, None]
        return middle

    def taken(self, rows: Sequence[int] | np.ndarray) -> Bodies:
        """Some of them."""
        return Bodies(*(array[rows] for array in self))


class Likeness:
    """How alike people are, from 0 to 1, as COCO's keypoint similarity: exp(-d^2 / 2 s^2), averaged over the joints.

    What is one joint's s grows from the root of the skeleton to the ends of its limbs, which a detector finds less
    surely and people move faster. Left and right exchanged, which `lifting.sides` mends later, are no difference.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self.mirror = skeleton.flip_permutation
        reach = _reach(skeleton)
        self._off = _OFF_TRUNK + (_OFF_END - _OFF_TRUNK) * reach
        self._stray = _STRAY_TRUNK + (_STRAY_END - _STRAY_TRUNK) * reach

    def __call__(
        self,
        some: Bodies,
        others: Bodies,
        after_s: np.ndarray | float = 0.0,
        astray: np.ndarray | float = 0.0,
        most: float = np.inf,
    ) -> Float[np.ndarray, "some others"]:
        """Everyone of `some`, where they are expected, against everyone of `others`.

        Args:
            after_s: (M,) for how long each of `some` has not been seen.
            astray: (M,) how far each of them may be elsewhere as a whole, in their sizes.
            most: no joint's s is larger than this, in sizes.
        """
        if not len(some.size_px) or not len(others.size_px):
            return np.zeros((len(some.size_px), len(others.size_px)))
        after_s, astray = (np.broadcast_to(np.asarray(a, float), len(some.size_px)) for a in (after_s, astray))
        spread = np.hypot(self._off + self._stray * after_s[:, None], astray[:, None])
        spread_px = np.maximum(np.minimum(spread, most) * some.size_px[:, None], 1e-9)
        plain = _similarity(some, others.joints_px, others.weight, spread_px)
        exchanged = _similarity(some, others.joints_px[:, self.mirror], others.weight[:, self.mirror], spread_px)
        alike: np.ndarray = np.maximum(plain, exchanged)
        return alike


def _similarity(some: Bodies, joints_px: np.ndarray, weight: np.ndarray, spread_px: np.ndarray) -> np.ndarray:
    both = np.minimum(some.weight[:, None], weight)
    apart_px = some.joints_px[:, None] - joints_px
    near = np.exp(-(apart_px**2).sum(axis=-1) / (2 * spread_px[:, None] ** 2))
    similarity: np.ndarray = (both * near).sum(axis=-1) / (both.sum(axis=-1) + _UNSHARED)
    return similarity


def _weight(joints_px: np.ndarray, confidence: np.ndarray, size_px: np.ndarray) -> np.ndarray:
    apart_px = np.abs(joints_px[:, :, None] - joints_px[:, None]).max(axis=-1)
    there = confidence > 0
    beside = (apart_px < _ONE_PLACE * size_px[:, None, None]) & there[:, None]
    weight: np.ndarray = confidence / np.maximum(beside.sum(axis=-1), 1)
    return weight


def _reach(skeleton: Skeleton) -> np.ndarray:
    """(J,) how far out on its limb each joint is: 0 at the root, 1 at the end of the longest chain of bones."""
    hops = np.zeros(len(skeleton))
    for joint in range(len(skeleton)):
        above = skeleton.parents[joint]
        while above >= 0:
            hops[joint] += 1
            above = skeleton.parents[above]
    reach: np.ndarray = hops / max(hops.max(), 1)
    return reach
