"""Procrustes alignment of point sets."""

from __future__ import annotations

import numpy as np

from poselift.arrays import Joints3D, checked_shape
from poselift.errors import ShapeError


def procrustes_aligned(
    predicted: Joints3D, target: Joints3D, *, scale: bool = True, reflection: bool = False
) -> Joints3D:
    """Move each predicted point set (..., N, 3) onto its target by rotation, translation and, by default, scale.

    Args:
        predicted, target: point sets of equal shape; each of the leading entries is aligned by itself.
        scale: fit a scale too.
        reflection: allow a mirrored rotation, as the lcn-pose and 3d-pose-baseline evaluations do. A human pose
            and its mirror image are different poses, so the default is a proper rotation.

    Returns:
        The aligned copies of `predicted`, in float64. A set whose points all coincide is moved, not rotated.

    Raises:
        ShapeError: the shapes differ, or a coordinate is not finite.

    Source: Gower 1975, Generalized Procrustes analysis; Kabsch 1976 for the proper rotation.
    """
    checked_shape(predicted, (None, 3), "predicted")
    if predicted.shape != target.shape:
        raise ShapeError(f"target: expected the shape of predicted, {predicted.shape}, got {target.shape}")
    x = np.asarray(predicted, dtype=np.float64)
    y = np.asarray(target, dtype=np.float64)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ShapeError("predicted, target: expected finite numbers, got NaN", "leave missing points out")
    x_mean, y_mean = x.mean(axis=-2, keepdims=True), y.mean(axis=-2, keepdims=True)
    x0, y0 = x - x_mean, y - y_mean
    u, s, vt = np.linalg.svd(np.swapaxes(x0, -1, -2) @ y0)
    if not reflection:
        sign = np.sign(np.linalg.det(u @ vt))
        u[..., :, -1] *= sign[..., None]
        s[..., -1] *= sign
    rotation = u @ vt
    factor = np.ones(s.shape[:-1])
    if scale:
        spread = (x0 * x0).sum(axis=(-2, -1))
        # The mean of equal numbers is off by a rounding error, which a scale would blow up to the target's size.
        rounding = (1e-12 * x_mean) ** 2
        np.divide(s.sum(axis=-1), spread, out=factor, where=spread > x.shape[-2] * rounding.sum(axis=(-2, -1)))
    aligned: np.ndarray = factor[..., None, None] * (x0 @ rotation) + y_mean
    return aligned
