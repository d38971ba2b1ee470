"""Procrustes alignment of point sets."""

from __future__ import annotations

import numpy as np

from poselift.arrays import Joints3D, checked_shape
from poselift.errors import ShapeError

# Of a matrix of Frobenius norm 1: where Newton's method keeps 11 digits or more, which poses of people do.
_LEAST_DETERMINANT = 1e-10
# What 300,000 such matrices needed, nearly singular ones among them; one that needs more is not found.
_NEWTON_STEPS = 6
_ROUNDING = 1e-12


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
    proper, free = procrustes_aligned_both(predicted, target, scale=scale)
    return free if reflection else proper


def procrustes_aligned_both(
    predicted: Joints3D, target: Joints3D, *, scale: bool = True
) -> tuple[Joints3D, Joints3D]:
    """Both answers of `procrustes_aligned`, without and with reflection, for the price of one.

    Raises:
        ShapeError: as for `procrustes_aligned`.
    """
    x, y = _checked_sets(predicted, target)
    x_mean, y_mean = _mean(x), _mean(y)
    x0, y0 = x - x_mean, y - y_mean
    covariance = np.swapaxes(x0, -1, -2) @ y0
    spread = np.einsum("nij,nij->n", x0, x0)
    # The mean of equal numbers is off by a rounding error, which a scale would blow up to the target's size.
    rounding = (1e-12 * x_mean) ** 2
    extended = spread > x.shape[-2] * rounding.sum(axis=(-2, -1))

    def moved(which: np.ndarray | slice, rotation: np.ndarray) -> np.ndarray:
        factor = np.ones(len(rotation))
        if scale:
            overlap = np.einsum("nij,nij->n", rotation, covariance[which])
            np.divide(overlap, spread[which], out=factor, where=extended[which])
        placed: np.ndarray = x0[which] @ (factor[:, None, None] * rotation)
        placed += y_mean[which]
        return placed

    rotation, mirrored, reflection = _rotations(covariance)
    proper = moved(slice(None), rotation)
    free = proper.copy()
    free[mirrored] = moved(mirrored, reflection)
    return proper.reshape(predicted.shape), free.reshape(predicted.shape)


def _rotations(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotations (N, 3, 3) that fit best, numbers (M,) of those that a reflection beats, and these (M, 3, 3)."""
    rotation, found = _polar_factors(covariance)
    others = np.flatnonzero(~found)
    u, _, vt = np.linalg.svd(covariance[others])
    orthogonal = u @ vt
    rotation[others] = orthogonal
    mirrored = np.linalg.det(orthogonal) < 0
    # There the axis that fits least is turned round.
    rotation[others[mirrored]] -= 2 * u[mirrored][..., -1:] * vt[mirrored][..., -1:, :]
    return rotation, others[mirrored], orthogonal[mirrored]


def _polar_factors(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (N, 3, 3) nearest to matrices (N, 3, 3), and (N,) where they were found, faster than by an SVD.

    Not found are those of matrices that mirror or are nearly singular.

    Source: Higham 1986, Computing the polar decomposition with applications: Newton's method with Frobenius scaling.
    """
    size = np.linalg.norm(matrices, axis=(-2, -1))
    found = np.linalg.det(matrices) > _LEAST_DETERMINANT * size**3
    # The numbers of a matrix far apart, so that each operation runs over all matrices.
    x = np.ascontiguousarray(np.moveaxis(matrices[found] / size[found, None, None], 0, -1))
    for _ in range(_NEWTON_STEPS):
        cofactors = _cofactors(x)
        determinant = (x[0] * cofactors[0]).sum(axis=0)
        ratio = np.einsum("ijn,ijn->n", cofactors, cofactors) / np.einsum("ijn,ijn->n", x, x)
        factor = np.sqrt(np.sqrt(ratio) / determinant)
        x = x * (factor / 2) + cofactors * (0.5 / (factor * determinant))
    error = np.abs(np.einsum("jin,jkn->ikn", x, x) - np.eye(3)[..., None]).max(axis=(0, 1), initial=0.0)
    rotations = np.empty(matrices.shape)
    rotations[found] = np.moveaxis(x, -1, 0)
    found[found] = error < _ROUNDING
    return rotations, found


def _cofactors(x: np.ndarray) -> np.ndarray:
    """Determinant times transposed inverse of matrices (3, 3, N)."""
    after, before = [1, 2, 0], [2, 0, 1]
    below, above = x[after], x[before]
    cofactors: np.ndarray = below[:, after] * above[:, before] - below[:, before] * above[:, after]
    return cofactors


def _checked_sets(predicted: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as (N, points, 3) in float64."""
    checked_shape(predicted, (None, 3), "predicted")
    if predicted.shape != target.shape:
        raise ShapeError(f"target: expected the shape of predicted, {predicted.shape}, got {target.shape}")
    shape = (-1, *predicted.shape[-2:])
    x = np.asarray(predicted, dtype=np.float64).reshape(shape)
    y = np.asarray(target, dtype=np.float64).reshape(shape)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ShapeError("predicted, target: expected finite numbers, got NaN", "leave missing points out")
    return x, y


def _mean(points: np.ndarray) -> np.ndarray:
    """Mean (N, 1, 3) of points (N, points, 3); the product is 7 times as fast as `mean` over the middle axis."""
    mean: np.ndarray = np.full((1, points.shape[-2]), 1 / points.shape[-2]) @ points
    return mean
