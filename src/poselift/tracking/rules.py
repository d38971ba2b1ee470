"""By what one person is chosen among N: each rule gives a number (N,) that is smallest for whom it means.

A rule is given sizes (N,) and places (N, 2) in pixels, and the centre (2,) of the picture.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def largest(
    size_px: Float[np.ndarray, " people"], place_px: Float[np.ndarray, "people 2"], centre_px: Float[np.ndarray, "2"]
) -> Float[np.ndarray, " people"]:
    return -size_px


def nearest_center(
    size_px: Float[np.ndarray, " people"], place_px: Float[np.ndarray, "people 2"], centre_px: Float[np.ndarray, "2"]
) -> Float[np.ndarray, " people"]:
    distance_px: np.ndarray = np.linalg.norm(place_px - centre_px, axis=-1)
    return distance_px


def leftmost(
    size_px: Float[np.ndarray, " people"], place_px: Float[np.ndarray, "people 2"], centre_px: Float[np.ndarray, "2"]
) -> Float[np.ndarray, " people"]:
    return place_px[:, 0]
