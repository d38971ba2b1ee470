"""Which angles there are: a name, the joints that it is made of, and how. `*` is the side.

Every angle is 0 for somebody who stands with arms that hang and feet at a right angle to the shanks. Not here,
because places of joints do not tell: tilt of the pelvis against the spine (flexion of the hip is against the trunk),
abduction and rotation of knee and ankle, pronation of the forearm, anything of wrist and neck.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from poselift.angles.axes import (
    Angles,
    Places,
    ankle_deg,
    axial_rotation_deg,
    elbow_deg,
    heading_axes,
    hip_swing_deg,
    knee_deg,
    pelvis_axes,
    shoulder_elevation_deg,
    shoulder_swing_deg,
    swing_deg,
    thigh_axes,
    trunk_axes,
    twist_deg,
    upper_arm_axes,
)
from poselift.geometry.rotation import unit_vectors


@dataclass(frozen=True)
class Angle:
    """One angle of a body, in degrees.

    Attributes:
        name: with `*` for the side, where there is one of each side.
        joints: those that it is made of. `*` is the side; where the name has none, both.
        positive: the way in which it grows.
        measured: of the right side.
        needs_world: whether it is against the vertical.
    """

    name: str
    joints: tuple[str, ...]
    positive: str
    measured: Callable[[Places], Angles]
    needs_world: bool = False


_TRUNK = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")
_LEG, _ARM = ("*_hip", "*_knee", "*_ankle"), ("*_shoulder", "*_elbow", "*_wrist")


def _obliquity(places: Places) -> Angles:
    aside = unit_vectors(places["right_hip"] - places["left_hip"])
    return np.asarray(np.degrees(np.arcsin(np.clip(aside[:, 2], -1, 1))))


ANGLES: tuple[Angle, ...] = (
    Angle(
        "trunk_flexion",
        _TRUNK,
        "forward, against the vertical",
        lambda p: -swing_deg(heading_axes(p), trunk_axes(p)[..., 1])[0],
        needs_world=True,
    ),
    Angle(
        "trunk_lateral_bending",
        _TRUNK,
        "to the right, against the hips",
        lambda p: swing_deg(pelvis_axes(p), trunk_axes(p)[..., 1])[1],
    ),
    Angle(
        "trunk_rotation", _TRUNK, "to the left, against the hips", lambda p: twist_deg(pelvis_axes(p), trunk_axes(p))
    ),
    Angle("pelvis_obliquity", ("left_hip", "right_hip"), "right hip up", _obliquity, needs_world=True),
    Angle(
        "*_hip_flexion",
        (*_TRUNK, "*_knee"),
        "knee ahead, against the trunk",
        lambda p: hip_swing_deg(p)[0],
    ),
    Angle("*_hip_abduction", (*_TRUNK, "*_knee"), "knee outward", lambda p: -hip_swing_deg(p)[1]),
    Angle(
        "*_hip_internal_rotation",
        (*_TRUNK, *_LEG[1:]),
        "knee inward; of a knee that is bent",
        lambda p: twist_deg(pelvis_axes(p), thigh_axes(p)),
    ),
    Angle(
        "*_knee_flexion",
        _LEG,
        "bent; overstretched counts as bent",
        knee_deg,
    ),
    Angle("*_ankle_dorsiflexion", (*_LEG[1:], "*_toe", "*_heel"), "toes up", ankle_deg),
    Angle(
        "*_shoulder_flexion",
        (*_TRUNK, "*_elbow"),
        "elbow ahead, against the trunk",
        lambda p: shoulder_swing_deg(p)[0],
    ),
    Angle(
        "*_shoulder_abduction",
        (*_TRUNK, "*_elbow"),
        "elbow outward, up to 90",
        lambda p: -shoulder_swing_deg(p)[1],
    ),
    Angle(
        "*_shoulder_elevation",
        (*_TRUNK, "*_elbow"),
        "arm up",
        lambda p: shoulder_elevation_deg(p)[1],
    ),
    Angle(
        "*_shoulder_plane_of_elevation",
        (*_TRUNK, "*_elbow"),
        "0 outward, 90 ahead; of an arm that neither hangs nor points up",
        lambda p: shoulder_elevation_deg(p)[0],
    ),
    Angle(
        "*_shoulder_internal_rotation",
        (*_TRUNK, *_ARM[1:]),
        "inward; of a bent elbow and a raised arm",
        lambda p: axial_rotation_deg(trunk_axes(p), upper_arm_axes(p)),
    ),
    Angle(
        "*_elbow_flexion",
        _ARM,
        "bent",
        elbow_deg,
    ),
)
