"""Conversion between skeletons: each target joint is the mean of some source joints.

A joint is missing where its confidence is 0. A derived joint is as confident as the least confident of the joints
it is made of, so a mean that needs a missing joint is missing too. A target joint that nothing in the source stands
for, such as the toes of a detector without feet, is made of no joints and missing everywhere: NaN, with confidence 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from poselift.arrays import checked_shape, float_type
from poselift.errors import SkeletonError
from poselift.skeleton.definitions import (
    BLAZEPOSE_33,
    BODY_21,
    BODY_25,
    BODY_25B,
    CMU_MOCAP,
    COCO_17,
    COCO_18,
    H36M_16,
    H36M_17,
    H36M_32,
    HALPE_26,
    SH_16,
    SKELETONS,
    WHOLEBODY_23,
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

Parts: TypeAlias = Mapping[str, tuple[str, ...]]


def _feet(toe: str, heel: str = "") -> Parts:
    """The feet of `body21` from a source's names of the tip of the foot and of the heel, without their side."""
    named = {"toe": toe, "heel": heel} if heel else {"toe": toe}
    return {f"{side}_{ours}": (f"{side}_{theirs}",) for side in ("left", "right") for ours, theirs in named.items()}


# (source, target) -> target joint -> the source joints whose mean it is.
_TO_H36M_17: dict[tuple[str, str], Parts] = {
    (COCO_17.name, H36M_17.name): {**_SAME_LIMBS, **_COCO_TRUNK, "head": _EYES},
    (WHOLEBODY_23.name, H36M_17.name): {**_SAME_LIMBS, **_COCO_TRUNK, "head": _EYES},
    (COCO_18.name, H36M_17.name): {**_SAME_LIMBS, **_COCO_TRUNK, "thorax": ("neck",), "head": _EYES},
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
# The big toe is the tip of a shoe; the small one lies several centimetres behind, so their mean is no tip. Who has
# neither toes nor heels is not named here: the toe base of the CMU database is the ball of the foot.
_FEET: dict[str, Parts] = {
    H36M_32.name: _feet("toe_end"),
    BODY_25.name: _feet("big_toe", "heel"),
    BODY_25B.name: _feet("big_toe", "heel"),
    HALPE_26.name: _feet("big_toe", "heel"),
    WHOLEBODY_23.name: _feet("big_toe", "heel"),
    BLAZEPOSE_33.name: _feet("foot_index", "heel"),
}
CONVERSIONS: dict[tuple[str, str], Parts] = {
    **_TO_H36M_17,
    (BODY_21.name, H36M_17.name): _BY_NAME,
    (H36M_17.name, BODY_21.name): _BY_NAME,
    **{(source, BODY_21.name): {**body, **_FEET.get(source, {})} for (source, _), body in _TO_H36M_17.items()},
}


@dataclass(frozen=True)
class Conversion:
    """A linear map from the joints of `source` to those of `target`.

    Attributes:
        parts: for each target joint the source joints whose mean it is; none where nothing stands for it.
    """

    source: Skeleton
    target: Skeleton
    parts: tuple[tuple[int, ...], ...]

    def whole(self) -> Conversion:
        """This conversion where it gives every joint of the target, as poses in 3D must have them.

        Raises:
            SkeletonError: nothing in the source stands for some of them.
        """
        lacking = [joint for joint, part in zip(self.target.joints, self.parts, strict=True) if not part]
        if lacking:
            raise SkeletonError(
                f"3D poses of {self.source.name} do not convert to {self.target.name}: "
                f"nothing in them stands for {', '.join(lacking)}",
                "use a skeleton whose joints they have, or data that has these joints",
            )
        return self

    def joints(self, joints: np.ndarray) -> np.ndarray:
        """Convert positions (..., J_source, D) to (..., J_target, D), NaN where no joint stands for the target's."""
        checked_shape(joints, (len(self.source), None), "joints")
        nowhere = np.full((*joints.shape[:-2], joints.shape[-1]), np.nan, dtype=float_type(joints))
        found = [joints[..., list(part), :].mean(axis=-2) if part else nowhere for part in self.parts]
        return np.stack(found, axis=-2)

    def confidence(self, confidence: Float[np.ndarray, "*batch source"]) -> Float[np.ndarray, "*batch target"]:
        """Convert confidences (..., J_source) to (..., J_target): the minimum over the parts, 0 of none."""
        checked_shape(confidence, (len(self.source),), "confidence")
        nothing = np.zeros(confidence.shape[:-1], dtype=confidence.dtype)
        least = [confidence[..., list(part)].min(axis=-1) if part else nothing for part in self.parts]
        return np.stack(least, axis=-1)


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
    return Conversion(source, target, tuple(tuple(source.indices(table.get(j, ()))) for j in target.joints))


def _known_name(skeleton: Skeleton) -> str:
    """The name of the known skeleton with these joints; "" where there is none, for a name alone proves nothing."""
    return next((name for name, known in SKELETONS.items() if known.same_joints(skeleton)), "")
