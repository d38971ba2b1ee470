"""Real size: a person's height or the length of a bone, as somebody measured it, and everything else in proportion.

One camera does not say how large somebody is. Everything is scaled about the camera, so what it saw stays as it is.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.data.clip import Clip
from poselift.errors import ShapeError
from poselift.skeleton import Skeleton
from poselift.world.bone_lengths import bone_lengths_mm
from poselift.world.options import BONES, Sizes

# A standing person's height over the sum of leg, trunk and head: motion capture of 97 clips, 1.7 % of deviation.
_HEIGHT_OF_BONES = 1.006
# Whoever reaches nearly that height stands; some frames of a clip may be wild.
_STANDING, _TALLEST_PERCENT = 0.97, 97.0


def size_factor(sizes: Sizes, who: int, clip: Clip, up_cam: Float[np.ndarray, "3"]) -> float:
    """By what a person is to be enlarged; 1 where nothing is known of them.

    Args:
        who: their id.
        up_cam: the unit vector that points up, in camera axes.

    Raises:
        ShapeError: the clip has no 3D joints, or lacks those that the size is of.
    """
    for bone in BONES:
        for known in (who, None):
            if (known, bone) in sizes.bone_mm:
                return sizes.bone_mm[known, bone] / bone_mm(clip, bone)
    height = sizes.height_m.get(who, sizes.height_m.get(None))
    return 1.0 if height is None else height * 1e3 / height_mm(clip, up_cam)


def scaled(clip: Clip, factor: float) -> Clip:
    """The clip with a person so much larger, and so much further from the camera.

    Raises:
        ShapeError: the clip has no 3D joints.
    """
    if clip.joints_root_mm is None:
        raise ShapeError("this clip has no 3D joints", "lift it first")
    changed = {"joints_root_mm": clip.joints_root_mm * np.asarray(factor, clip.joints_root_mm.dtype)}
    for name in ("root_cam_mm", "expected_error_mm", "error_90_mm"):
        if (array := getattr(clip, name)) is not None:
            changed[name] = array * np.asarray(factor, array.dtype)
    return clip.replaced(**changed)


def bone_mm(clip: Clip, bone: str) -> float:
    """The length of a bone of `BONES`, the mean of both sides, the median over the clip.

    Raises:
        ShapeError: the clip has no 3D joints, or not those of the bone.
    """
    lengths, skeleton = bone_lengths_mm(clip), clip.skeleton
    _check_has(skeleton, BONES[bone])
    return float(np.mean([lengths[skeleton.index(f"{side}_{BONES[bone][1]}")] for side in ("left", "right")]))


def height_mm(clip: Clip, up_cam: Float[np.ndarray, "3"]) -> float:
    """How tall a person is when standing: as they stand in the clip, or, if they never do, by their bones.

    Raises:
        ShapeError: the clip has no 3D joints, or no head, trunk or legs.
    """
    skeleton = clip.skeleton
    _check_has(skeleton, ("hip", "knee", "ankle"))
    if not skeleton.has(("head", "thorax")) or clip.joints_root_mm is None:
        raise ShapeError(f"height: expected 3D joints with head and thorax, got {skeleton.name}", "say a --bone")
    joints = clip.joints_root_mm[clip.valid & np.isfinite(clip.joints_root_mm).all(axis=(1, 2))].astype(np.float64)
    hips = joints[:, skeleton.indices(("left_hip", "right_hip"))].mean(axis=1)
    head, thorax = joints[:, skeleton.index("head")], joints[:, skeleton.index("thorax")]
    upper = sum(float(np.median(np.linalg.norm(a - b, axis=-1))) for a, b in ((head, thorax), (thorax, hips)))
    by_bones = _HEIGHT_OF_BONES * (bone_mm(clip, "thigh") + bone_mm(clip, "shank") + upper)
    soles = [joint for joint in ("left_heel", "right_heel", "left_toe", "right_toe") if joint in skeleton.joints]
    if not soles:
        return by_bones
    tall = ((head[:, None] - joints[:, skeleton.indices(soles)]) @ up_cam).max(axis=1)
    standing = float(np.percentile(tall, _TALLEST_PERCENT))
    return standing if standing > _STANDING * by_bones else by_bones


def _check_has(skeleton: Skeleton, parts: tuple[str, ...]) -> None:
    if not skeleton.has(f"{side}_{part}" for side in ("left", "right") for part in parts):
        raise ShapeError(f"{skeleton.name} has no {' and '.join(parts)}", "use a model that has them")
