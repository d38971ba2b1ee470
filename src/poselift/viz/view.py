"""How the stage is looked at: slightly turned and from above, as near as the people allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from poselift.arrays import Points3D
from poselift.geometry.rotation import axis_rotation

_AZIMUTH_DEG, _ELEVATION_DEG = 24.0, 9.0
_DISTANCE_MM = 6500.0
# Nearer than this to the viewer, nothing is drawn.
_NEAREST_MM = 500.0
# Who is further than this from the middle may be cut off, so that the others are not dots.
REACH_MM = 4000.0
# How much of the panel the figures may fill.
_WIDE, _HIGH = 0.8, 0.78
# A person of ordinary size, for scenes that show nobody.
_SOMEBODY_MM = np.array([[-400.0, 0, 0], [400, 1800, 0]])
_TURN = axis_rotation("X", np.radians(_ELEVATION_DEG)) @ axis_rotation("Y", np.radians(-_AZIMUTH_DEG))


@dataclass(frozen=True, eq=False)
class View:
    """Attributes:
    size_px: (width, height) of the picture.
    focus_mm: (2,) what is looked at, x and z on the stage.
    distance_mm: from the viewer to it.
    focal_px, centre_px: how view directions become pixels.
    """

    size_px: tuple[int, int]
    focus_mm: Float[np.ndarray, "2"]
    distance_mm: float
    focal_px: float
    centre_px: Float[np.ndarray, "2"]

    @classmethod
    def fitted(
        cls,
        size_px: tuple[int, int],
        points_stage_mm: Float[np.ndarray, "points 3"],
        places_stage_mm: Float[np.ndarray, "places 2"],
        focus_mm: Float[np.ndarray, "2"],
    ) -> View:
        """The view of `size_px` that has all the points inside, but for those far from the focus and a few wild ones.

        The further people stand from the focus, the further away it is. No points are a person of ordinary size.
        """
        width, height = size_px
        points = points_stage_mm[np.isfinite(points_stage_mm).all(axis=-1)] - _on_floor(focus_mm)
        points = points if len(points) else _SOMEBODY_MM.copy()
        points[:, ::2] = points[:, ::2].clip(-REACH_MM, REACH_MM)
        away = float(np.linalg.norm(places_stage_mm - focus_mm, axis=-1).max(initial=0.0))
        distance = _DISTANCE_MM + min(away, REACH_MM)
        plane, _ = _to_plane(points, distance)
        low, high = _bounds(plane)
        focal = float(np.min([_WIDE * width, _HIGH * height] / np.maximum(high - low, 1e-6)))
        centre = np.array([width, 0.98 * height]) / 2 - focal * (low + high) / 2
        return cls(size_px, np.asarray(focus_mm, dtype=np.float64), distance, focal, centre)

    @classmethod
    def of_numbers(cls, size_px: tuple[int, int], numbers: Float[np.ndarray, "6"]) -> View:
        """The view of what `numbers` answered."""
        x, z, distance, zoom, across, down = numbers.tolist()
        return cls(size_px, np.array([x, z]), distance, float(np.exp(zoom)), np.array([across, down]))

    @property
    def numbers(self) -> Float[np.ndarray, "6"]:
        """Six numbers between which a view can be moved."""
        return np.array([*self.focus_mm, self.distance_mm, np.log(self.focal_px), *self.centre_px])

    @property
    def mm_px(self) -> float:
        """Pixels per millimetre at the focus."""
        return self.focal_px / self.distance_mm

    def to_image(self, points_stage_mm: Points3D) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (..., 2), NaN for what is too near, and depths (...) in millimetres."""
        plane, depth = _to_plane(points_stage_mm - _on_floor(self.focus_mm), self.distance_mm)
        plane[depth < _NEAREST_MM] = np.nan
        return plane * self.focal_px + self.centre_px, depth

    def filled(self, points_stage_mm: Float[np.ndarray, "points 3"]) -> tuple[np.ndarray, np.ndarray]:
        """Where the points begin and end in the picture, as shares of its width and height; a few wild ones aside."""
        points, _ = self.to_image(points_stage_mm)
        low, high = _bounds(points[np.isfinite(points).all(axis=-1)])
        return low / self.size_px, high / self.size_px


def _on_floor(focus_mm: np.ndarray) -> np.ndarray:
    return np.array([focus_mm[0], 0.0, focus_mm[1]])


def _bounds(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Percentiles, so that one wild frame does not shrink the figures.
    low, high = np.percentile(points, [0.2, 99.8], axis=0)
    return low, high


def _to_plane(points_mm: Points3D, distance_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions (..., 2) on the plane at distance 1, x right and y down, and depths (...) in millimetres."""
    view = points_mm @ _TURN.T
    depth = distance_mm - view[..., 2]
    return view[..., :2] * [1, -1] / depth[..., None], depth
