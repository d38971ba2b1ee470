"""Feet that stand, kept where they stand: legs are bent a little so that a foot does not slide while it bears."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.data.stretches import stretches_of
from poselift.errors import ShapeError
from poselift.geometry.rotation import unit_vectors
from poselift.skeleton import Skeleton

# Before and after it stands, a foot comes from where it was lifted and goes back to it over so long a time.
_BLEND_S = 0.15
# How far a knee goes to and fro for it at most: that of a straight leg goes far if its foot moves by millimetres.
_KNEE_MM = 20.0
_SIDES = ("left", "right")


def with_feet_kept(clip: Clip, stands: Bool[np.ndarray, "frames joints"]) -> Clip:
    """The clip with feet that stand kept in place, knees bent for it; bones keep their lengths.

    Args:
        stands: (F, J) which joints of the feet stand, see `standing`.

    Raises:
        ShapeError: the clip has no 3D joints with a root position.
    """
    if clip.joints_root_mm is None or clip.root_cam_mm is None:
        raise ShapeError("this clip has no 3D joints with a root position", "lift it first")
    joints = clip.joints_cam_mm.astype(np.float64)
    known = np.isfinite(joints).all(axis=(1, 2))
    for side in _SIDES:
        limb = tuple(f"{side}_{part}" for part in ("hip", "knee", "ankle"))
        if clip.skeleton.has(limb):
            moves = _foot_moves(joints[known], clip.time_s[known], stands[known], clip.skeleton, side)
            joints[known] = _leg_followed(joints[known], moves, clip.skeleton, side)
    relative = joints - clip.skeleton.root_position(joints)
    root = clip.skeleton.root_position(joints)[:, 0]
    kind = clip.joints_root_mm.dtype
    return clip.replaced(joints_root_mm=relative.astype(kind), root_cam_mm=root.astype(kind))


def foot_joints(skeleton: Skeleton, side: str) -> list[int]:
    """The joints of one foot, the ankle first."""
    names = (f"{side}_{part}" for part in ("ankle", "toe", "heel"))
    return skeleton.indices(name for name in names if name in skeleton.joints)


def _foot_moves(
    joints: np.ndarray, time_s: np.ndarray, stands: np.ndarray, skeleton: Skeleton, side: str
) -> Float[np.ndarray, "frames foot 3"]:
    """How far each joint of the foot has to be moved so that what stands of it stays where it is on average.

    A joint that does not stand moves as those of its foot that do.
    """
    foot = foot_joints(skeleton, side)
    moves, held = np.zeros((len(joints), len(foot), 3)), stands[:, foot]
    for n, joint in enumerate(foot):
        for first, end in stretches_of(held[:, n]):
            moves[first:end, n] = joints[first:end, joint].mean(axis=0) - joints[first:end, joint]
    some = held.any(axis=1)
    if not some.any():
        return moves
    mean = moves[some].sum(axis=1) / held[some].sum(axis=1, keepdims=True)
    moves[some] = np.where(held[some][..., None], moves[some], mean[:, None])
    # Elsewhere between what the frames that hold it ask for, and nothing where they are far.
    share = np.clip(1 - _away_s(time_s, time_s[some]) / _BLEND_S, 0, 1)
    for n in range(len(foot)):
        for axis in range(3):
            moves[:, n, axis] = share * np.interp(time_s, time_s[some], moves[some, n, axis])
    return moves


def _reach(thigh: np.ndarray, shank: np.ndarray, off: np.ndarray) -> Float[np.ndarray, " frames"]:
    """From hip to ankle, if the knee is so far off the line between them."""
    off = np.clip(off, 0, np.minimum(thigh, shank) - 1e-6)
    reach: np.ndarray = np.sqrt(thigh**2 - off**2) + np.sqrt(shank**2 - off**2)
    return reach


def _away_s(time_s: np.ndarray, held_s: np.ndarray) -> Float[np.ndarray, " frames"]:
    """How long it is from each time to the nearest of some others, which rise."""
    after = np.searchsorted(held_s, time_s)
    near = held_s[np.clip([after - 1, after], 0, len(held_s) - 1)]
    away: np.ndarray = np.abs(near - time_s).min(axis=0)
    return away


def _leg_followed(
    joints: np.ndarray, moves: np.ndarray, skeleton: Skeleton, side: str
) -> Float[np.ndarray, "frames joints 3"]:
    """The leg after its foot has moved: the ankle as near to its place as it reaches, the knee in its old plane."""
    hip, knee, ankle = skeleton.indices(f"{side}_{part}" for part in ("hip", "knee", "ankle"))
    thigh, shank = (np.linalg.norm(joints[:, a] - joints[:, b], axis=-1) for a, b in ((hip, knee), (knee, ankle)))
    wanted = joints[:, ankle] + moves[:, 0] - joints[:, hip]
    length = np.linalg.norm(wanted, axis=-1)
    direction = wanted / np.maximum(length, 1e-9)[:, None]
    bend = joints[:, knee] - joints[:, hip]
    before = unit_vectors(joints[:, ankle] - joints[:, hip])
    off = np.linalg.norm(bend - (bend * before).sum(axis=-1, keepdims=True) * before, axis=-1)
    nearest, farthest = (_reach(thigh, shank, off + sign * _KNEE_MM) for sign in (1, -1))
    reached = np.clip(length, nearest, farthest)
    aside = bend - (bend * direction).sum(axis=-1, keepdims=True) * direction
    aside /= np.maximum(np.linalg.norm(aside, axis=-1, keepdims=True), 1e-9)
    along = (thigh**2 - shank**2 + reached**2) / (2 * reached)
    off = np.sqrt(np.maximum(thigh**2 - along**2, 0))
    followed = joints.copy()
    followed[:, knee] = joints[:, hip] + along[:, None] * direction + off[:, None] * aside
    followed[:, ankle] = joints[:, hip] + reached[:, None] * direction
    for n, joint in enumerate(foot_joints(skeleton, side)[1:], start=1):
        bone = joints[:, joint] - joints[:, ankle]
        wanted = joints[:, joint] + moves[:, n] - followed[:, ankle]
        stretched = np.linalg.norm(bone, axis=-1) / np.maximum(np.linalg.norm(wanted, axis=-1), 1e-9)
        followed[:, joint] = followed[:, ankle] + wanted * stretched[:, None]
    unchanged = ~moves.any(axis=(1, 2))
    followed[unchanged] = joints[unchanged]
    return followed
