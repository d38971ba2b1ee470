"""Which feet stand. One camera that does not move sees it well: what stands in its picture stands in the world."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.stretches import stretches_of
from poselift.skeleton import Skeleton

_FEET = ("ankle", "toe", "heel")
# A foot that stands moves no faster than this, across the line of sight and along it, where less is known.
_ACROSS_MM_S, _ALONG_MM_S = 180.0, 500.0
# For as long as this at least; and speeds are those of so long a time.
_SHORTEST_S, _OVER_S = 0.1, 0.1


def standing_joints(
    joints_cam_mm: Float[np.ndarray, "frames joints 3"],
    root_cam_mm: Float[np.ndarray, "frames 3"],
    time_s: Float[np.ndarray, " frames"],
    skeleton: Skeleton,
) -> Bool[np.ndarray, "frames joints"]:
    """Which joints of the feet stand in which frames."""
    stands = np.zeros(joints_cam_mm.shape[:2], dtype=bool)
    for joint in feet_of(skeleton):
        velocity = speeds(joints_cam_mm[:, joint], time_s, _OVER_S)
        stands[:, joint] = _lasting(are_slow(velocity, root_cam_mm, _ACROSS_MM_S, _ALONG_MM_S), time_s)
    return stands


def are_slow(
    velocity_mm_s: Float[np.ndarray, "frames 3"],
    root_cam_mm: Float[np.ndarray, "frames 3"],
    across_mm_s: float,
    along_mm_s: float,
) -> Bool[np.ndarray, " frames"]:
    """Which velocities are no faster than this across the line of sight, and than that along it."""
    sight = root_cam_mm / np.linalg.norm(root_cam_mm, axis=-1, keepdims=True)
    along = (velocity_mm_s * sight).sum(axis=-1)
    across = np.linalg.norm(velocity_mm_s - along[:, None] * sight, axis=-1)
    slow: np.ndarray = (across < across_mm_s) & (np.abs(along) < along_mm_s)
    return slow


def feet_of(skeleton: Skeleton) -> list[int]:
    """The joints of the feet that a skeleton has."""
    names = [f"{side}_{part}" for part in _FEET for side in ("left", "right")]
    return skeleton.indices(name for name in names if name in skeleton.joints)


def speeds(
    places: Float[np.ndarray, "frames 3"], time_s: Float[np.ndarray, " frames"], over_s: float
) -> Float[np.ndarray, "frames 3"]:
    """How far each axis goes in a second, over some time about each frame."""
    ends = time_s + over_s / 2, time_s - over_s / 2
    later, earlier = (np.clip(end, time_s[0], time_s[-1]) for end in ends)
    moved = [np.interp(later, time_s, axis) - np.interp(earlier, time_s, axis) for axis in places.T]
    velocity: np.ndarray = np.stack(moved, axis=-1) / (later - earlier)[:, None]
    return velocity


def _lasting(still: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Without what is shorter than `_SHORTEST_S`."""
    lasting = still.copy()
    for first, end in stretches_of(still):
        if time_s[end - 1] - time_s[first] < _SHORTEST_S:
            lasting[first:end] = False
    return lasting
