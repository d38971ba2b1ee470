"""Axes of pelvis, trunk and limbs from the places of joints, and the angles between them.

After Wu et al. 2002 and 2005 (ISB): of each segment x points ahead, y up, z to the right. All of it is written for
the right side; the left is the right one of the mirrored person.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from poselift.geometry.rotation import axis_rotation, unit_vectors

Places = Mapping[str, Float[np.ndarray, "frames 3"]]
Axes = Float[np.ndarray, "frames 3 3"]
Angles = Float[np.ndarray, " frames"]

# Less bent than this, a hinge does not say where it points; nearer to its pole than this, a turn has no direction.
_LEAST_BEND_DEG = 20.0


def pelvis_axes(places: Places) -> Axes:
    """z along the hips, y as near to the trunk as may be, since hips alone do not tell how far a pelvis is tilted."""
    return _axes(aside=places["right_hip"] - places["left_hip"], up=_trunk(places))


def trunk_axes(places: Places) -> Axes:
    """y from the middle of the hips to that of the shoulders, z as near to the line of the shoulders as may be."""
    up = unit_vectors(_trunk(places))
    aside = places["right_shoulder"] - places["left_shoulder"]
    ahead = unit_vectors(np.cross(up, aside))
    return np.stack([ahead, up, np.cross(ahead, up)], axis=-1)


def heading_axes(places: Places) -> Axes:
    """y up in a world with z up, z along the hips as seen from above."""
    aside = places["right_hip"] - places["left_hip"]
    return _axes(aside=aside * [1, 1, 0], up=np.broadcast_to(np.array([0.0, 0.0, 1.0]), aside.shape))


def thigh_axes(places: Places) -> Axes:
    """y from knee to hip, z the hinge of the knee; NaN while the knee is too straight to tell."""
    return _hinged(places["right_hip"], places["right_knee"], places["right_ankle"], bends=-1)


def upper_arm_axes(places: Places) -> Axes:
    """y from elbow to shoulder, z the hinge of the elbow; NaN while the elbow is too straight to tell."""
    return _hinged(places["right_shoulder"], places["right_elbow"], places["right_wrist"], bends=1)


def bend_deg(start: np.ndarray, middle: np.ndarray, end: np.ndarray) -> Angles:
    """0 where three joints are in line, 180 where the last is folded back onto the first."""
    return angle_between_deg(middle - start, end - middle)


def angle_between_deg(first: np.ndarray, second: np.ndarray) -> Angles:
    """Between two vectors each, 0 to 180; exact also where they are nearly in line."""
    first, second = unit_vectors(first), unit_vectors(second)
    apart, together = np.linalg.norm(first - second, axis=-1), np.linalg.norm(first + second, axis=-1)
    return np.asarray(np.degrees(2 * np.arctan2(apart, together)))


def hip_swing_deg(places: Places) -> tuple[Angles, Angles]:
    """Flexion and adduction of the thigh against the pelvis."""
    return swing_deg(pelvis_axes(places), unit_vectors(places["right_hip"] - places["right_knee"]))


def shoulder_swing_deg(places: Places) -> tuple[Angles, Angles]:
    """Flexion and adduction of the upper arm against the trunk."""
    return swing_deg(trunk_axes(places), _upper_arm(places))


def shoulder_elevation_deg(places: Places) -> tuple[Angles, Angles]:
    """Plane of elevation, and elevation, of the upper arm against the trunk."""
    return elevation_deg(trunk_axes(places), _upper_arm(places))


def knee_deg(places: Places) -> Angles:
    """Flexion."""
    return bend_deg(places["right_hip"], places["right_knee"], places["right_ankle"])


def elbow_deg(places: Places) -> Angles:
    """Flexion."""
    return bend_deg(places["right_shoulder"], places["right_elbow"], places["right_wrist"])


def ankle_deg(places: Places) -> Angles:
    """Dorsiflexion, against a right angle of sole and shank."""
    shank, foot = places["right_knee"] - places["right_ankle"], places["right_toe"] - places["right_heel"]
    return 90 - angle_between_deg(shank, foot)


def swing_deg(axes: Axes, up: Float[np.ndarray, "frames 3"]) -> tuple[Angles, Angles]:
    """The first two of Z-X-Y: by how much a segment, whose unit vector `up` is, is turned about z and then about x.

    The turn about z is NaN where the segment is nearly along z.
    """
    x, y, z = _within(axes, up)
    about_x = np.degrees(np.arcsin(np.clip(z, -1, 1)))
    about_z = np.degrees(np.arctan2(-x, y))
    return np.where(np.abs(about_x) < 90 - _LEAST_BEND_DEG, about_z, np.nan), about_x


def twist_deg(axes: Axes, segment: Axes) -> Angles:
    """The last of Z-X-Y: by how much a segment is turned about its own y."""
    x, y, z = _within(axes, segment[..., 1])
    turned = axis_rotation("Z", np.arctan2(-x, y)) @ axis_rotation("X", np.arcsin(np.clip(z, -1, 1)))
    return _about_y(turned, axes, segment)


def elevation_deg(axes: Axes, up: Float[np.ndarray, "frames 3"]) -> tuple[Angles, Angles]:
    """The first two of Y-X-Y, plane of elevation and elevation; a plane where the arm hangs or points up is NaN."""
    x, y, z = _within(axes, up)
    elevation = np.degrees(np.arccos(np.clip(y, -1, 1)))
    told = (elevation > _LEAST_BEND_DEG) & (elevation < 180 - _LEAST_BEND_DEG)
    return np.where(told, np.degrees(np.arctan2(-x, -z)), np.nan), elevation


def axial_rotation_deg(axes: Axes, segment: Axes) -> Angles:
    """The last of Y-X-Y, NaN where the plane of elevation is."""
    plane, elevation = (np.radians(each) for each in elevation_deg(axes, segment[..., 1]))
    return _about_y(axis_rotation("Y", plane) @ axis_rotation("X", -elevation), axes, segment)


def _about_y(turned: Axes, axes: Axes, segment: Axes) -> Angles:
    rest = np.swapaxes(axes @ turned, -1, -2) @ segment
    return np.asarray(np.degrees(np.arctan2(rest[..., 0, 2], rest[..., 0, 0])))


def _within(axes: Axes, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y, z = np.moveaxis((vectors[..., None, :] @ axes)[..., 0, :], -1, 0)
    return x, y, z


def _upper_arm(places: Places) -> np.ndarray:
    return unit_vectors(places["right_shoulder"] - places["right_elbow"])


def _trunk(places: Places) -> np.ndarray:
    middles = [places[f"right_{joint}"] + places[f"left_{joint}"] for joint in ("shoulder", "hip")]
    return np.asarray(middles[0] - middles[1])


def _axes(aside: np.ndarray, up: np.ndarray) -> Axes:
    """z exactly along `aside`."""
    aside = unit_vectors(aside)
    ahead = unit_vectors(np.cross(up, aside))
    return np.stack([ahead, np.cross(aside, ahead), aside], axis=-1)


def _hinged(start: np.ndarray, middle: np.ndarray, end: np.ndarray, *, bends: int) -> Axes:
    """Of a bone whose neighbour bends ahead (1) or back (-1)."""
    up = unit_vectors(start - middle)
    beyond = end - middle
    ahead = unit_vectors(bends * (beyond - (beyond * up).sum(axis=-1, keepdims=True) * up))
    told = bend_deg(start, middle, end) >= _LEAST_BEND_DEG
    return np.where(told[:, None, None], np.stack([ahead, up, np.cross(ahead, up)], axis=-1), np.nan)
