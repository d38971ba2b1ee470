"""People as rigs that move: what BVH and glTF files hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.data.scene import Scene, Track
from poselift.errors import NoPersonError, ShapeError, SkeletonError
from poselift.export.joint_rotations import joint_rotations
from poselift.export.rig import Rig
from poselift.geometry.aiming import last_known
from poselift.skeleton import BODY_21, H36M_17, Skeleton
from poselift.world.placing import upright_mm


@dataclass(frozen=True, eq=False)
class Rigged:
    """One person over F moments, in axes with y up; lengths are millimetres.

    Attributes:
        id: who it is, the track's.
        rig: the person's skeleton, with one length for each bone: the median over the frames that hold the person.
        root_mm: (F, 3) where the root is.
        turns: (N, F, 3, 3) by how much each node is turned against its parent, the root against the rest pose.
        seen: (F,) whether the person was there; elsewhere the last pose is held, before the first the first.
    """

    id: int
    rig: Rig
    root_mm: Float[np.ndarray, "frames 3"]
    turns: Float[np.ndarray, "nodes frames 3 3"]
    seen: Bool[np.ndarray, " frames"]


def rigged_people(scene: Scene, time_s: Float[np.ndarray, " moments"]) -> list[Rigged]:
    """Everybody who has a 3D pose in some frame, by id, at these times; between frames joints move on straight lines.

    In the world where the scene's camera stands in one; otherwise the camera is taken to be level, at the origin.
    Who has poses but no place in any frame stays at the origin.

    Raises:
        NoPersonError: nobody is in the scene.
        ShapeError: somebody has no 3D joints; nobody has all of them, and a place, in any frame.
        SkeletonError: the bones of somebody's skeleton are no tree, and it converts to none that is.
    """
    if not len(scene):
        raise NoPersonError("nobody is in this scene, so there is no skeleton to write")
    tracks = sorted(scene.tracks, key=lambda track: track.id)
    people = [person for track in tracks if (person := _rigged(track, time_s))]
    if not people:
        raise ShapeError("no frame holds all 3D joints of somebody, and their place", "lift the scene again")
    return people


def _rigged(track: Track, time_s: np.ndarray) -> Rigged | None:
    clip = as_tree(track.clip)
    joints = upright_mm(clip)[..., [0, 2, 1]] * [1, 1, -1]
    known = clip.valid & np.isfinite(joints).all(axis=(1, 2))
    if not known.any():
        return None
    rig = Rig.of(clip.skeleton, _median_lengths(clip.skeleton, joints[known]))
    moving, seen = _at(time_s, clip.time_s, joints, known)
    fps = float(1 / np.median(np.diff(time_s))) if len(time_s) > 1 else clip.fps
    return Rigged(track.id, rig, moving[:, rig.joints[0]], joint_rotations(rig, moving, fps), seen)


def as_tree(clip: Clip) -> Clip:
    """The clip in a skeleton whose bones are one tree.

    Its own, if the tree begins at its root; else `body21` or `h36m17`, if it converts; else its own, if it is one
    tree from whatever joint.

    Raises:
        SkeletonError: none of them.
    """
    starts = [joint for joint, parent in enumerate(clip.skeleton.parents) if parent < 0]
    if starts == clip.skeleton.root_indices:
        return clip
    for skeleton in (BODY_21, H36M_17):
        try:
            return clip.converted(skeleton)
        except SkeletonError:
            continue
    if len(starts) > 1:
        names = ", ".join(clip.skeleton.joints[joint] for joint in starts)
        raise SkeletonError(f"{clip.skeleton.name}: its bones are several trees, from {names}", "join them by bones")
    return clip


def _median_lengths(skeleton: Skeleton, joints: np.ndarray) -> Float[np.ndarray, " joints"]:
    lengths = np.zeros(len(skeleton))
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            lengths[joint] = np.median(np.linalg.norm(joints[:, joint] - joints[:, parent], axis=-1))
    return lengths


def _at(
    time_s: np.ndarray, frame_s: np.ndarray, joints: np.ndarray, known: np.ndarray
) -> tuple[Float[np.ndarray, "moments joints 3"], Bool[np.ndarray, " moments"]]:
    """The joints at these times, and when they are known: in frames that are, and between two that are."""
    before = np.clip(np.searchsorted(frame_s, time_s, side="right") - 1, 0, len(frame_s) - 1)
    after = np.minimum(before + 1, len(frame_s) - 1)
    step = np.where(after > before, frame_s[after] - frame_s[before], 1)
    share = np.clip((time_s - frame_s[before]) / step, 0, 1)
    between = known[before] & known[after]
    held = joints[last_known(known)[before]]
    share = np.where(between, share, 0)
    moving = held + share[:, None, None] * (np.where(known[:, None, None], joints, 0)[after] - held)
    within = (time_s >= frame_s[0]) & (time_s <= frame_s[-1])
    return moving, within & known[before] & (between | (time_s <= frame_s[before]))
