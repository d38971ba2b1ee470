"""Where a person stands, from their pose and from where a camera saw their joints."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.arrays import Confidence, Joints2D, Joints3D, float_type

# Joints closer than this are one joint and rounding errors: a person 10 km away spans 2e-4.
_SMALLEST_ANGLE_RAD = 1e-7


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
