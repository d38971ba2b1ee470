"""Conversion between skeletons: each target joint is the mean of some source joints.

A joint is missing where its confidence is 0. A derived joint is as confident as the least confident of the joints
it is made of, so a mean that needs a missing joint is missing too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from poselift.arrays import checked_shape
from poselift.errors import SkeletonError
from poselift.skeleton.definitions import (
    BLAZEPOSE_33,
    BODY_25,
    BODY_25B,
    CMU_MOCAP,
    COCO_17,
    H36M_16,
    H36M_17,
    H36M_32,
    HALPE_26,
    SH_16,
    SKELETONS,
)
from poselift.skeleton.skeleton import Skeleton

_SAME_LIMBS = {
    f"{side}_{joint}": (f"{side}_{joint}",)
    for side in ("left", "right")
    for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
}
_COCO_TRUNK = {
    "pelvis": ("left_hip", "right_hip"),
    "spine": ("left_hip", "right_hip", "left_shoulder", "right_shoulder"),
    "thorax": ("left_shoulder", "right_shoulder"),
    "nose": ("nose",),
}
_EYES = ("left_eye", "right_eye")

_BY_NAME = {joint: (joint,) for joint in H36M_17.joints}
_WITHOUT_NOSE = {**_BY_NAME, "nose": ("thorax", "head")}

# (source, target) -> target joint -> the source joints whose mean it is.
CONVERSIONS: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    (COCO_17.name, H36M_17.name): {**_SAME_LIMBS, **_COCO_TRUNK, "head": _EYES},
    (BODY_25B.name, H36M_17.name): {**_SAME_LIMBS, **_COCO_TRUNK, "head": ("head",)},
    (HALPE_26.name, H36M_17.name): {
        **_SAME_LIMBS,
        "pelvis": ("mid_hip",),
        "spine": ("mid_hip", "neck"),
        "thorax": ("neck",),
        "nose": ("nose",),
        "head": ("head",),
    },
    (BODY_25.name, H36M_17.name): {
        **_SAME_LIMBS,
        "pelvis": ("mid_hip",),
        "spine": ("mid_hip", "neck"),
        "thorax": ("neck",),
        "nose": ("nose",),
        "head": _EYES,
    },
    (BLAZEPOSE_33.name, H36M_17.name): {
        **_SAME_LIMBS,
        **_COCO_TRUNK,
        "head": (*_EYES, "left_ear", "right_ear"),
    },
    (H36M_32.name, H36M_17.name): _BY_NAME,
    (H36M_16.name, H36M_17.name): _WITHOUT_NOSE,
    (SH_16.name, H36M_17.name): _WITHOUT_NOSE,
    (CMU_MOCAP.name, H36M_17.name): {
        "pelvis": ("LeftUpLeg", "RightUpLeg"),
        "spine": ("Spine",),
        "thorax": ("LeftArm", "RightArm"),
        "nose": ("Head",),
        "head": ("HeadEnd",),
        **{
            f"{side.lower()}_{ours}": (f"{side}{theirs}",)
            for side in ("Left", "Right")
            for ours, theirs in (
                ("hip", "UpLeg"),
                ("knee", "Leg"),
                ("ankle", "Foot"),
                ("shoulder", "Arm"),
                ("elbow", "ForeArm"),
                ("wrist", "FingerBase"),  # `Hand` is where the forearm twists
            )
        },
    },
}


@dataclass(frozen=True)
class Conversion:
    """A linear map from the joints of `source` to those of `target`."""

    source: Skeleton
    target: Skeleton
    parts: tuple[tuple[int, ...], ...]

    def joints(self, joints: np.ndarray) -> np.ndarray:
        """Convert positions (..., J_source, D) to (..., J_target, D)."""
        checked_shape(joints, (len(self.source), None), "joints")
        return np.stack([joints[..., list(part), :].mean(axis=-2) for part in self.parts], axis=-2)

    def confidence(self, confidence: Float[np.ndarray, "*batch source"]) -> Float[np.ndarray, "*batch target"]:
        """Convert confidences (..., J_source) to (..., J_target): the minimum over the parts."""
        checked_shape(confidence, (len(self.source),), "confidence")
        return np.stack([confidence[..., list(part)].min(axis=-1) for part in self.parts], axis=-1)


def conversion(source: Skeleton, target: Skeleton) -> Conversion:
    """The conversion from `source` to `target`; the identity where their joints and roots are the same.

    A skeleton counts as a known one where it has the joints and the root of it, whatever it is called.

    Raises:
        SkeletonError: none is known.
    """
    if source.same_joints(target):
        return Conversion(source, target, tuple((j,) for j in range(len(source))))
    table = CONVERSIONS.get((_known_name(source), _known_name(target)))
    if table is None:
        known = f"use a model of {source.name} itself; known: {', '.join(f'{a} -> {b}' for a, b in CONVERSIONS)}"
        for skeleton in (source, target):
            if skeleton.name in SKELETONS and not skeleton.same_joints(SKELETONS[skeleton.name]):
                known = f"this {skeleton.name} has other joints than the one that poselift knows; {known}"
        raise SkeletonError(f"no conversion from {source.name} to {target.name}", known)
    return Conversion(source, target, tuple(tuple(source.indices(table[j])) for j in target.joints))


def _known_name(skeleton: Skeleton) -> str:
    """The name of the known skeleton with these joints; "" where there is none, for a name alone proves nothing."""
    return next((name for name, known in SKELETONS.items() if known.same_joints(skeleton)), "")
