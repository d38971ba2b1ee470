"""A clip set on a floor, ready to be looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.skeleton.skeleton import Skeleton
from poselift.viz.upright import camera_to_stage

# Room for the thickness of a foot, whose joints lie inside.
_SOLE_MM = 45.0
# The floor lies at this percentile of the lowest points, so that one bad frame does not sink it.
_FLOOR_PERCENTILE = 2.0


@dataclass(frozen=True, eq=False)
class Stage:
    """One person on the stage (x right, y up, z towards the video camera), the floor at y = 0.

    Attributes:
        skeleton: what the J joints are.
        joints_root_stage_mm: (F, J, 3) relative to the root.
        root_height_mm: (F,) height of the root that sets the lowest joint of each frame on the floor.
        root_stage_mm: (F, 3) where the root really goes, its path centred on the origin; None where unknown.
        present: (F,) whether there is a person to draw; the arrays above hold NaN elsewhere.
        filled: (F,) whether that person was not observed but interpolated.
    """

    skeleton: Skeleton
    joints_root_stage_mm: Float[np.ndarray, "frames joints 3"]
    root_height_mm: Float[np.ndarray, " frames"]
    root_stage_mm: Float[np.ndarray, "frames 3"] | None
    present: Bool[np.ndarray, " frames"]
    filled: Bool[np.ndarray, " frames"]

    @classmethod
    def of(cls, clip: Clip) -> Stage:
        """Turn a clip upright and put a floor under it.

        Raises:
            ShapeError: the clip has no 3D joints.
        """
        if clip.joints_root_mm is None:
            raise ShapeError("joints_root_mm: this clip has 2D joints only", "lift it first: poselift lift")
        rotation = camera_to_stage(clip)
        joints = clip.joints_root_mm @ rotation.T
        present = clip.valid & np.isfinite(joints).all(axis=-1).any(axis=-1)
        joints = np.where(present[:, None, None], joints, np.nan)
        height = np.full(len(clip), np.nan)
        height[present] = _SOLE_MM - np.nanmin(joints[present, :, 1], axis=1)
        root = None if clip.root_cam_mm is None else _path(clip.root_cam_mm @ rotation.T, height, present)
        return cls(clip.skeleton, joints, height, root, present, clip.filled & present)

    @property
    def following_stage_mm(self) -> Float[np.ndarray, "frames joints 3"]:
        """Joints (F, J, 3) seen by someone who walks along: the root stays above the origin."""
        joints = self.joints_root_stage_mm.copy()
        joints[..., 1] += self.root_height_mm[:, None]
        return joints


def _path(root_stage_mm: np.ndarray, height_mm: np.ndarray, present: np.ndarray) -> np.ndarray | None:
    known = present & np.isfinite(root_stage_mm).all(axis=-1)
    if not known.any():
        return None
    path = np.where(known[:, None], root_stage_mm, np.nan)
    low, high = np.min(path[known], axis=0), np.max(path[known], axis=0)
    soles = path[known, 1] - height_mm[known]
    centre = np.array([(low[0] + high[0]) / 2, np.percentile(soles, _FLOOR_PERCENTILE), (low[2] + high[2]) / 2])
    path -= centre
    return path
