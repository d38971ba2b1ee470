"""One length for every bone of a person: people do not stretch from frame to frame, what is lifted does a little."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.data.joint_status import GUESSED
from poselift.errors import ShapeError
from poselift.geometry.root import root_from_projection
from poselift.skeleton import Skeleton

# Lengths of fewer frames with both ends seen say less than those of all frames.
_FEW = 10


def bone_lengths_mm(clip: Clip) -> Float[np.ndarray, " joints"]:
    """The length of the bone from each joint to its parent, the same left and right; 0 of joints without a parent.

    It is the median over the frames in which both ends were seen or filled; where these are few, over all.

    Raises:
        ShapeError: the clip has no 3D joints, or no valid frame.
    """
    joints, known = _posed(clip)
    skeleton, lengths = clip.skeleton, np.zeros(len(clip.skeleton))
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            both = known[:, joint] & known[:, parent]
            rows = both if both.sum() >= _FEW else slice(None)
            lengths[joint] = np.median(np.linalg.norm(joints[rows, joint] - joints[rows, parent], axis=-1))
    even: np.ndarray = (lengths + lengths[skeleton.flip_permutation]) / 2
    return even


def _posed(clip: Clip) -> tuple[Float[np.ndarray, "posed joints 3"], Bool[np.ndarray, "posed joints"]]:
    """The joints of frames that are lifted, and which of them were not guessed."""
    if clip.joints_root_mm is None:
        raise ShapeError("this clip has no 3D joints", "lift it first")
    posed = clip.valid & np.isfinite(clip.joints_root_mm).all(axis=(1, 2))
    if not posed.any():
        raise ShapeError("this clip has no frame with 3D joints", "lift it first")
    return clip.joints_root_mm[posed].astype(np.float64), clip.joint_status[posed] < GUESSED


def with_bone_lengths(
    joints_root_mm: Float[np.ndarray, "frames joints 3"], lengths_mm: Float[np.ndarray, " joints"], skeleton: Skeleton
) -> Float[np.ndarray, "frames joints 3"]:
    """The same poses, every bone in its direction, of these lengths; relative to the root. NaN stays NaN."""
    changed = joints_root_mm.astype(np.float64)
    for joint in skeleton.outwards:
        parent = skeleton.parents[joint]
        if parent >= 0:
            bone = joints_root_mm[:, joint] - joints_root_mm[:, parent]
            length = np.linalg.norm(bone, axis=-1, keepdims=True)
            changed[:, joint] = changed[:, parent] + bone * (lengths_mm[joint] / np.maximum(length, 1e-9))
    relative: np.ndarray = (changed - skeleton.root_position(changed)).astype(joints_root_mm.dtype)
    return relative


def with_constant_bones(clip: Clip) -> Clip:
    """The clip with one length for every bone, its root placed anew so that the pose projects onto what was seen.

    Raises:
        ShapeError: the clip has no 3D joints, no valid frame, no camera or no 2D joints.
    """
    lengths_mm = bone_lengths_mm(clip)
    joints = with_bone_lengths(np.asarray(clip.joints_root_mm), lengths_mm, clip.skeleton)
    return clip.replaced(joints_root_mm=joints, root_cam_mm=root_seen(clip, joints))


def root_seen(clip: Clip, joints_root_mm: Float[np.ndarray, "frames joints 3"]) -> Float[np.ndarray, "frames 3"]:
    """Where the root must be so that these joints project onto the clip's 2D joints; NaN where nothing says it.

    Raises:
        ShapeError: the clip has no camera or no 2D joints.
    """
    joints_px, confidence = clip.keypoints
    if clip.camera is None:
        raise ShapeError("this clip has no camera", "lift it first")
    plane = clip.camera.image_to_plane(np.where(confidence[..., None] > 0, joints_px, clip.camera.center_px))
    return root_from_projection(joints_root_mm, plane, confidence)
