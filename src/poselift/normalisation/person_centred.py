"""`person_centred`, for the wild: the view is turned until the person is on the optical axis, and position and
size in the image are removed.

The network predicts metres relative to the root in the turned axes. It sees the same numbers wherever in the image
the person stands, and needs no box.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from poselift.arrays import Confidence, Joints2D, Joints3D, checked_shape, float_type
from poselift.errors import ShapeError
from poselift.geometry.rotation import rotation_onto_z
from poselift.normalisation.base import Normalised, Seen, described, with_confidence
from poselift.skeleton import Skeleton

# A network's output is of order 1 when lengths are in metres.
OUTPUT_UNIT_MM = 1000.0

# Joints closer than this are one joint and rounding errors: a person 10 km away spans 2e-4.
_SMALLEST_ANGLE_RAD = 1e-7


class PersonCentred(NamedTuple):
    """Normalised joints and what is needed to turn a prediction back.

    Attributes:
        joints_norm: (..., J, 2), mean 0 and root mean square 1 over the visible joints; 0 where missing.
        rotation: (..., 3, 3), camera axes to the turned axes.
    """

    joints_norm: np.ndarray
    rotation: np.ndarray


class Turned(NamedTuple):
    """Joints seen by a camera that is turned until their middle is on its optical axis.

    Attributes:
        plane: (..., J, 2) float64 on its plane z = 1, about the visible joints' mean; missing ones are anywhere.
        centre: (..., 1, 2) that mean.
        size: (..., 1, 1) root mean square of the visible joints' distances from it.
        rotation: (..., 3, 3), camera axes to the turned axes.
    """

    plane: np.ndarray
    centre: np.ndarray
    size: np.ndarray
    rotation: np.ndarray


def turned_onto_axis(joints_plane: Joints2D, confidence: Confidence) -> Turned:
    """Turn and centre joints given on the plane z = 1 of their camera (`Camera.image_to_plane`).

    Args:
        joints_plane: (..., J, 2); values of missing joints are ignored, NaN included.
        confidence: (..., J); a joint is missing where it is 0.

    Raises:
        ShapeError: a pose has no two distinct visible joints.
    """
    checked_shape(joints_plane, (confidence.shape[-1], 2), "joints_plane")
    visible = confidence > 0
    weight = visible / np.maximum(visible.sum(axis=-1, keepdims=True), 1)
    # One coordinate after the other: sums and products along so short an axis as (x, y) are slow.
    x, y = (np.where(visible, joints_plane[..., axis], 0).astype(np.float64) for axis in range(2))
    middle = np.stack([(x * weight).sum(axis=-1), (y * weight).sum(axis=-1)], axis=-1)
    rotation = rotation_onto_z(np.concatenate([middle, np.ones_like(middle[..., :1])], axis=-1))
    row = rotation[..., None]
    depth = np.maximum(row[..., 2, 0, :] * x + row[..., 2, 1, :] * y + row[..., 2, 2, :], 1e-6)
    x, y = ((row[..., i, 0, :] * x + row[..., i, 1, :] * y + row[..., i, 2, :]) / depth for i in range(2))
    centre = np.stack([(x * weight).sum(axis=-1), (y * weight).sum(axis=-1)], axis=-1)[..., None, :]
    x, y = x - centre[..., 0], y - centre[..., 1]
    size = np.sqrt(((x * x + y * y) * weight).sum(axis=-1))[..., None, None]
    single = ~(size > _SMALLEST_ANGLE_RAD)
    if single.any():
        raise ShapeError(
            f"{int(single.sum())} of {single.size} poses have no two distinct visible joints",
            "mark such frames as invalid and leave them out",
        )
    return Turned(np.stack([x, y], axis=-1), centre, size, rotation)


def windows_turned(seen: Seen, channels: int, numbers: Callable[[Turned], np.ndarray]) -> tuple[np.ndarray, Turned]:
    """The input (B, T, J, K) of a network of what is seen, each window turned and centred as one pose (B, T * J).

    Args:
        numbers: of joints that are turned, (B, T * J, 2); missing ones become 0.

    Raises:
        ShapeError: a window has no two distinct visible joints.
        GeometryError: a visible joint lies where the lens draws nothing.
    """
    plane = seen.joints_plane.reshape(len(seen), -1, 2)
    turned = turned_onto_axis(plane, seen.confidence.reshape(len(seen), -1))
    joints_norm = numbers(turned).reshape(*seen.confidence.shape, 2)
    known = np.where(seen.confidence[..., None] > 0, joints_norm, 0).astype(float_type(plane))
    return with_confidence(known, seen.confidence, channels), turned


def person_centred(joints_plane: Joints2D, confidence: Confidence) -> PersonCentred:
    """Turn, centre and scale joints given on the plane z = 1 of their camera; arguments as for `turned_onto_axis`.

    Raises:
        ShapeError: a pose has no two distinct visible joints.
    """
    found = turned_onto_axis(joints_plane, confidence)
    kind = float_type(joints_plane)
    joints_norm = np.where(confidence[..., None] > 0, found.plane / found.size, 0)
    return PersonCentred(joints_norm.astype(kind), found.rotation.astype(kind))


def person_centred_target(
    joints_cam_mm: Joints3D, root_mm: Float[np.ndarray, "*batch 1 3"], rotation: np.ndarray
) -> Joints3D:
    """What a person-centred network should predict, (..., J, 3), for joints in camera axes and root (..., 1, 3).

    `rotation` (..., 3, 3) is the one that `person_centred` returned.
    """
    target: np.ndarray = (joints_cam_mm - root_mm) @ np.swapaxes(rotation, -1, -2) / OUTPUT_UNIT_MM
    return target


def person_centred_to_root(output: Joints3D, rotation: np.ndarray) -> Joints3D:
    """A person-centred network's output (..., J, 3) to millimetres in camera axes, relative to the root."""
    joints: np.ndarray = output @ rotation * OUTPUT_UNIT_MM
    return joints


@dataclass(frozen=True, eq=False)
class PersonCentredView:
    """The way back by the turn of each window, which is one for all its frames.

    Attributes:
        rotation: (B, 3, 3) camera axes to the turned axes.
        skeleton: what the J joints are.
    """

    rotation: np.ndarray
    skeleton: Skeleton

    def rows(self, chosen: np.ndarray | slice) -> PersonCentredView:
        return PersonCentredView(self.rotation[chosen], self.skeleton)

    def targets(self, joints_cam_mm: Joints3D) -> Joints3D:
        """Metres (B, ..., J, 3) relative to each frame's own root, in the turned axes."""
        root_mm = self.skeleton.root_position(joints_cam_mm)
        return person_centred_target(joints_cam_mm, root_mm, self._turn(joints_cam_mm))

    def to_mm(self, output: Joints3D, root_cam_mm: np.ndarray | None = None) -> Joints3D:
        """Joints (B, ..., J, 3) in camera axes about their root, which is put where it is said to be."""
        joints = person_centred_to_root(output, self._turn(output))
        if root_cam_mm is not None:
            joints += root_cam_mm[..., None, :] - self.skeleton.root_position(joints)
        return joints

    def _turn(self, joints: np.ndarray) -> np.ndarray:
        """(B, 3, 3) with as many axes as the joints (B, ..., J, 3)."""
        turn: np.ndarray = self.rotation.reshape(-1, *[1] * (joints.ndim - 3), 3, 3)
        return turn


class PersonCentring:
    """One turn, one centre and one scale for all frames of a window, so that movement through the image stays."""

    name = "person_centred"
    sees: Literal["plane"] = "plane"
    needs_root = False
    unit_mm = OUTPUT_UNIT_MM

    def normalised(self, seen: Seen, channels: int) -> Normalised:
        """Missing joints are 0.

        Raises:
            ShapeError: a window has no two distinct visible joints.
            GeometryError: a visible joint lies where the lens draws nothing.
        """
        inputs, turned = windows_turned(seen, channels, lambda turned: turned.plane / turned.size)
        return Normalised(inputs, PersonCentredView(turned.rotation.astype(float_type(inputs)), seen.skeleton))

    def description(self, channels: int) -> dict[str, str]:
        return described(
            "x, y of the rays to the joints, turned with the person onto the optical axis, at mean 0 and root mean "
            "square 1 over the visible joints; missing joints are 0",
            "metres relative to the root, in camera axes (x right, y down, z forward) turned by the smallest "
            "rotation that brings the person onto the optical axis",
            channels,
        )


PERSON_CENTRED = PersonCentring()
