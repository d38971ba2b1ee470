"""Triangulation of points seen by several calibrated cameras."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from poselift.arrays import Points3D
from poselift.errors import GeometryError, ShapeError
from poselift.geometry.camera import Camera

# Homogeneous points in metres with a smaller last coordinate lie a million kilometres away.
_PARALLEL = 1e-9


def triangulated(
    cameras: Sequence[Camera],
    points_px: Float[np.ndarray, "cameras *batch 2"],
    weights: Float[np.ndarray, "cameras *batch"] | None = None,
) -> Points3D:
    """World points (*batch, 3) in millimetres by the weighted direct linear transform.

    Args:
        cameras: at least two.
        points_px: where each camera sees each point.
        weights: how far to trust each view, not negative; 0 leaves a view out, NaN included. Default: all equal.

    Raises:
        ShapeError: the number of cameras does not fit, a weight is negative, or a view that counts is NaN.
        GeometryError: a point has fewer than two views with a positive weight, or its rays are parallel.

    Source: Hartley and Zisserman, Multiple View Geometry, section 12.2.
    """
    if len(cameras) != len(points_px) or len(cameras) < 2:
        raise ShapeError(f"points_px: expected {len(cameras)} >= 2 views on the first axis, got {points_px.shape}")
    weight = np.ones(points_px.shape[:-1]) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != points_px.shape[:-1]:
        raise ShapeError(f"weights: expected shape {points_px.shape[:-1]}, got {weight.shape}")
    if not (weight >= 0).all():
        raise ShapeError("weights: expected 0 or more, got a negative number or NaN")
    if not np.isfinite(points_px[weight > 0]).all():
        raise ShapeError("points_px: a view with a positive weight is NaN", "give missing points the weight 0")
    few = (weight > 0).sum(axis=0) < 2
    if few.any():
        raise GeometryError(
            f"{int(few.sum())} of {few.size} points have fewer than two views with a positive weight",
            "leave these points out before you triangulate",
        )
    rows = []
    for camera, view_px, w in zip(cameras, points_px, weight, strict=True):
        plane = camera.image_to_plane(np.where(w[..., None] > 0, view_px, camera.center_px))
        projection = np.concatenate([camera.rotation, -(camera.rotation @ camera.position_mm)[:, None]], axis=1)
        row = plane[..., :, None] * projection[2] - projection[:2]
        # The last column is in millimetres and the others are cosines: metres keep the system well scaled.
        rows.append(row * w[..., None, None] * np.array([1, 1, 1, 1e-3]))
    system = np.concatenate(rows, axis=-2)
    solution = np.linalg.svd(system)[2][..., -1, :]
    parallel = np.abs(solution[..., 3]) < _PARALLEL
    if parallel.any():
        raise GeometryError(
            f"{int(parallel.sum())} of {parallel.size} points are seen along parallel rays",
            "use cameras that stand apart",
        )
    points: np.ndarray = solution[..., :3] / solution[..., 3:] * 1e3
    return points
