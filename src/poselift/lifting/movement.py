"""How far a person's joints move from frame to frame of a 2D clip, in sizes of the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from poselift.data.clip import Clip


def frames_seen(clip: Clip) -> Int[np.ndarray, " seen"]:
    """Numbers of the frames in which a joint is seen.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    return np.flatnonzero(clip.valid & (clip.keypoints.confidence > 0).any(axis=-1))


@dataclass(frozen=True)
class PairedJoints:
    """Joints that are left or right, in frames in which some joint is seen.

    Attributes:
        places: in sizes of the person: the root mean square radius of all joints, the median of the frames.
        confidence: from 0 (missing) to 1.
        counterparts: for each joint, which one is that of the other side.
    """

    places: Float[np.ndarray, "seen joints 2"]
    confidence: Float[np.ndarray, "seen joints"]
    counterparts: Int[np.ndarray, " joints"]

    @classmethod
    def of(
        cls, clip: Clip, seen: Int[np.ndarray, " seen"], pairs: Sequence[tuple[str, str]] | None = None
    ) -> PairedJoints:
        """Those of some frames of a clip, see `frames_seen`.

        Args:
            pairs: left and right joints that count. Default: all.
        """
        joints, confidence = (array[seen] for array in clip.keypoints)
        weight = (confidence > 0).astype(float)[..., None]
        joints = np.nan_to_num(joints)
        centre = (joints * weight).sum(1, keepdims=True) / weight.sum(1, keepdims=True)
        sizes = np.sqrt((((joints - centre) ** 2) * weight).sum((1, 2)) / weight.sum((1, 2)))
        skeleton = clip.skeleton
        left, right = zip(*(pairs or zip(skeleton.left, skeleton.right, strict=True)), strict=True)
        paired, counterparts = skeleton.indices((*left, *right)), np.roll(np.arange(2 * len(left)), len(left))
        return cls(joints[:, paired] / np.maximum(np.median(sizes), 1e-9), confidence[:, paired], counterparts)

    def movement(self, apart: int = 1, *, exchanged: bool = False) -> Float[np.ndarray, " steps"]:
        """How far they move from a frame to the next, or to the one that is `apart` frames on, in sizes: the mean,
        weighted by confidence. If `exchanged`, left and right change their names on the way."""
        joints = self.counterparts if exchanged else slice(None)
        away = self.places[apart:, joints] - self.places[:-apart]
        sure = np.minimum(self.confidence[apart:, joints], self.confidence[:-apart])
        total: np.ndarray = (np.hypot(away[..., 0], away[..., 1]) * sure).sum(-1) / np.maximum(sure.sum(-1), 1e-9)
        return total
