"""Lens distortion: radial (k1, k2, k3) and tangential (p1, p2) terms on the normalised image plane.

The model is Brown's, as in OpenCV and in the Human3.6M cameras: with r2 = x^2 + y^2,
x' = x (1 + k1 r2 + k2 r2^2 + k3 r2^3) + 2 p1 x y + p2 (r2 + 2 x^2), and the same for y with p1, p2 exchanged.
"""

from __future__ import annotations

import numpy as np

from poselift.arrays import Points2D, checked_shape
from poselift.errors import GeometryError

_ITERATIONS = 50
_TOLERANCE = 1e-10


def distort(points: Points2D, radial: np.ndarray, tangential: np.ndarray) -> Points2D:
    """Distorted positions of ideal points on the plane z = 1, (..., 2)."""
    checked_shape(points, (2,), "points")
    x, y = points[..., 0], points[..., 1]
    r2 = x * x + y * y
    scale = 1 + r2 * (radial[0] + r2 * (radial[1] + r2 * radial[2]))
    p1, p2 = tangential
    return np.stack(
        [
            x * scale + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
            y * scale + 2 * p2 * x * y + p1 * (r2 + 2 * y * y),
        ],
        axis=-1,
    )


def undistort(points: Points2D, radial: np.ndarray, tangential: np.ndarray) -> Points2D:
    """Ideal positions of distorted points, (..., 2), by fixed-point iteration in float64.

    Raises:
        GeometryError: the iteration does not settle, which happens far outside the image of a strong lens.
    """
    checked_shape(points, (2,), "points")
    if not np.any(radial) and not np.any(tangential):
        return points
    distorted = np.asarray(points, dtype=np.float64)
    ideal = distorted.copy()
    for _ in range(_ITERATIONS):
        residual = distort(ideal, radial, tangential) - distorted
        ideal -= residual
        if np.nanmax(np.abs(residual), initial=0.0) < _TOLERANCE:
            return ideal
    raise GeometryError(
        f"undistortion did not converge (residual {np.nanmax(np.abs(residual)):.2g})",
        "the points lie too far outside the image for this lens; check the distortion coefficients",
    )
