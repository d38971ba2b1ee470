"""Lens distortion: radial (k1, k2, k3) and tangential (p1, p2) terms on the normalised image plane.

The model is Brown's, as in OpenCV and in the Human3.6M cameras: with r2 = x^2 + y^2,
x' = x (1 + k1 r2 + k2 r2^2 + k3 r2^3) + 2 p1 x y + p2 (r2 + 2 x^2), and the same for y with p1, p2 exchanged.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.arrays import Points2D, Valid, checked_shape, float_type
from poselift.errors import GeometryError

_ITERATIONS = 50
_TOLERANCE = 1e-12


def distort(points: Points2D, radial: np.ndarray, tangential: np.ndarray) -> Points2D:
    """Distorted positions of ideal points on the plane z = 1, (..., 2)."""
    checked_shape(points, (2,), "points")
    if not (np.any(radial) or np.any(tangential)):
        return points.astype(float_type(points))
    x, y = points[..., 0], points[..., 1]
    r2 = x * x + y * y
    scale = 1 + r2 * (radial[0] + r2 * (radial[1] + r2 * radial[2]))
    p1, p2 = tangential
    distorted = np.stack(
        [
            x * scale + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
            y * scale + 2 * p2 * x * y + p1 * (r2 + 2 * y * y),
        ],
        axis=-1,
    )
    return distorted.astype(float_type(points), copy=False)


def undistort(points: Points2D, radial: np.ndarray, tangential: np.ndarray) -> Points2D:
    """Ideal positions of distorted points, (..., 2), by Newton's method in float64; NaN stays NaN.

    Raises:
        GeometryError: no ideal point is drawn there, which happens far outside the image of a strong lens.
    """
    ideal, drawn = undistort_flagged(points, radial, tangential)
    lost = int((np.isfinite(points).all(axis=-1) & ~drawn).sum())
    if lost:
        raise GeometryError(
            f"{lost} of {drawn.size} points lie where this lens draws nothing",
            "leave points far outside the image out, or check the distortion coefficients",
        )
    return ideal


def undistort_flagged(
    points: Points2D, radial: Float[np.ndarray, "3"], tangential: Float[np.ndarray, "2"]
) -> tuple[Points2D, Valid]:
    """`undistort` of points (..., 2), and which of them (...) the lens draws; the others mean nothing."""
    checked_shape(points, (2,), "points")
    if not (np.any(radial) or np.any(tangential)):
        return points.astype(float_type(points)), np.isfinite(points).all(axis=-1)
    distorted = points.astype(np.float64)
    # A point without an answer runs away to infinity.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        ideal, settled = _newton(distorted.copy(), distorted, radial, tangential)
    return ideal.astype(float_type(points), copy=False), settled


def _newton(
    ideal: np.ndarray, distorted: np.ndarray, radial: np.ndarray, tangential: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solve `distort(ideal) = distorted` from a start; also tells which points settled inside the rim."""
    tolerance = _TOLERANCE * (1 + np.abs(distorted).max(axis=-1))
    rim2 = _squared_rim(radial)
    for _ in range(_ITERATIONS):
        residual = distort(ideal, radial, tangential) - distorted
        settled = (np.abs(residual).max(axis=-1) < tolerance) & ((ideal * ideal).sum(axis=-1) < rim2)
        if settled.all():
            break
        xx, xy, yy = np.moveaxis(_slopes(ideal, radial, tangential), -1, 0)
        rx, ry = residual[..., 0], residual[..., 1]
        step = np.stack([yy * rx - xy * ry, xx * ry - xy * rx], axis=-1) / (xx * yy - xy * xy)[..., None]
        ideal = np.where(settled[..., None], ideal, ideal - step)
    return ideal, np.asarray(settled)


def _squared_rim(radial: np.ndarray) -> float:
    """Squared radius at which r (1 + k1 r2 + k2 r2^2 + k3 r2^3) stops growing: past it the picture folds back."""
    # Written in 1 / r2 the leading coefficient is 1, whichever of k1, k2 and k3 are next to nothing.
    turns = np.roots([1, 3 * radial[0], 5 * radial[1], 7 * radial[2]])
    largest = max((float(t.real) for t in turns if abs(t.imag) < 1e-9), default=0.0)
    return 1 / largest if largest > 0 else np.inf


def _slopes(points: np.ndarray, radial: np.ndarray, tangential: np.ndarray) -> np.ndarray:
    """The derivatives dx'/dx, dx'/dy = dy'/dx and dy'/dy of `distort`, (..., 3)."""
    x, y = points[..., 0], points[..., 1]
    r2 = x * x + y * y
    scale = 1 + r2 * (radial[0] + r2 * (radial[1] + r2 * radial[2]))
    slope = 2 * (radial[0] + r2 * (2 * radial[1] + 3 * r2 * radial[2]))
    p1, p2 = tangential
    return np.stack(
        [
            scale + x * x * slope + 2 * p1 * y + 6 * p2 * x,
            x * y * slope + 2 * p1 * x + 2 * p2 * y,
            scale + y * y * slope + 2 * p2 * x + 6 * p1 * y,
        ],
        axis=-1,
    )
