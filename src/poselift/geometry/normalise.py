"""How 2D joints enter a network, and what its output means.

Two named pairs of input normalisation and output space; a model's config says which one it was trained with.

`image_frame` (the seed's "scale"): pixels divided by the image width; the network predicts the image frame of
`geometry.crop` in the same unit. Going back to millimetres needs the true box and root depth.

`person_centred` (for the wild): the view is turned until the person is on the optical axis, and position and size
in the image are removed; the network predicts millimetres relative to the root in the turned axes. It sees the same
numbers wherever in the image the person stands, and needs no box.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from jaxtyping import Float

from poselift.arrays import Confidence, Joints2D, Joints3D, checked_shape, float_type
from poselift.errors import ShapeError
from poselift.geometry.rotation import rotation_onto_z

Normalisation: TypeAlias = Literal["image_frame", "person_centred"]
NORMALISATIONS: tuple[str, ...] = get_args(Normalisation)

# A network's output is of order 1 when lengths are in metres.
OUTPUT_UNIT_MM = 1000.0

# Joints closer than this are one joint and rounding errors: a person 10 km away spans 2e-4.
_SMALLEST_ANGLE_RAD = 1e-7


def image_frame_normalised(joints: np.ndarray, size_px: tuple[int, int]) -> np.ndarray:
    """Pixels (..., J, 2) or image-frame joints (..., J, 3) to the range of about -1 to 1.

    x, y: px / width * 2 - [1, height / width]; z: px / width * 2.
    """
    width, height = size_px
    normalised: np.ndarray = joints / width * 2
    normalised[..., 0] -= 1
    normalised[..., 1] -= height / width
    return normalised


def image_frame_denormalised(joints_norm: np.ndarray, size_px: tuple[int, int]) -> np.ndarray:
    """Inverse of `image_frame_normalised`."""
    width, height = size_px
    offset = np.array([1, height / width, 0], dtype=float_type(joints_norm))[: joints_norm.shape[-1]]
    joints: np.ndarray = (joints_norm + offset) * width / 2
    return joints


class PersonCentred(NamedTuple):
    """Normalised joints and what is needed to turn a prediction back.

    Attributes:
        joints_norm: (..., J, 2), mean 0 and root mean square 1 over the visible joints; 0 where missing.
        rotation: (..., 3, 3), camera axes to the turned axes.
    """

    joints_norm: np.ndarray
    rotation: np.ndarray


def person_centred(joints_plane: Joints2D, confidence: Confidence) -> PersonCentred:
    """Turn, centre and scale joints given on the plane z = 1 of their camera (`Camera.image_to_plane`).

    Args:
        joints_plane: (..., J, 2); values of missing joints are ignored, NaN included.
        confidence: (..., J); a joint is missing where it is 0.

    Raises:
        ShapeError: a pose has no two distinct visible joints.
    """
    checked_shape(joints_plane, (confidence.shape[-1], 2), "joints_plane")
    visible = confidence > 0
    weight = (visible / np.maximum(visible.sum(axis=-1, keepdims=True), 1))[..., None]
    plane = np.where(visible[..., None], joints_plane, 0).astype(np.float64)
    centre = (plane * weight).sum(axis=-2)
    rotation = rotation_onto_z(np.concatenate([centre, np.ones_like(centre[..., :1])], axis=-1))
    rays = np.concatenate([plane, np.ones_like(plane[..., :1])], axis=-1) @ np.swapaxes(rotation, -1, -2)
    turned = rays[..., :2] / np.maximum(rays[..., 2:], 1e-6)
    turned = turned - (turned * weight).sum(axis=-2, keepdims=True)
    size = np.sqrt((turned * turned * weight).sum(axis=(-2, -1), keepdims=True))
    single = ~(size > _SMALLEST_ANGLE_RAD)
    if single.any():
        raise ShapeError(
            f"{int(single.sum())} of {single.size} poses have no two distinct visible joints",
            "mark such frames as invalid and leave them out",
        )
    kind = float_type(joints_plane)
    return PersonCentred(np.where(visible[..., None], turned / size, 0).astype(kind), rotation.astype(kind))


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


def root_from_projection(
    joints_root_mm: Joints3D, joints_plane: Joints2D, weight: Confidence
) -> Float[np.ndarray, "*batch 3"]:
    """Where the root must be so that root-relative joints project onto what the camera saw.

    Weighted linear least squares on `x (Z + t_z) = X + t_x` and the same for y, closed form.

    Args:
        joints_root_mm: (..., J, 3) in camera axes.
        joints_plane: (..., J, 2) on the plane z = 1.
        weight: (..., J), not negative; a joint is ignored where it is 0, NaN included.

    Returns:
        Root positions (..., 3) in millimetres, NaN where the view does not determine them or the root would be
        at or behind the camera.
    """
    w = weight.astype(np.float64) / np.maximum(weight.sum(axis=-1, keepdims=True), 1e-12)
    plane = np.where(w[..., None] > 0, joints_plane, 0)
    joints = np.where(w[..., None] > 0, joints_root_mm, 0)
    # Eliminating t_x, t_y leaves one equation in t_z: covariances about the weighted means.
    offset = joints[..., :2] - plane * joints[..., 2:]
    plane_mean = (plane * w[..., None]).sum(axis=-2)
    offset_mean = (offset * w[..., None]).sum(axis=-2)
    plane0, offset0 = plane - plane_mean[..., None, :], offset - offset_mean[..., None, :]
    spread = (plane0 * plane0 * w[..., None]).sum(axis=(-2, -1))
    overlap = (plane0 * offset0 * w[..., None]).sum(axis=(-2, -1))
    depth = np.full(spread.shape, np.nan)
    np.divide(overlap, spread, out=depth, where=(spread > _SMALLEST_ANGLE_RAD**2) & (overlap > 0))
    root = np.concatenate([plane_mean * depth[..., None] - offset_mean, depth[..., None]], axis=-1)
    return root.astype(float_type(joints_root_mm, joints_plane), copy=False)
