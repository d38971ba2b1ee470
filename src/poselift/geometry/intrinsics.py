"""Many ideal cameras at once: focal length, centre and image size for each pose or window of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from poselift.arrays import Points2D, Points3D
from poselift.errors import GeometryError
from poselift.geometry.camera import Camera


@dataclass(frozen=True, eq=False)
class Intrinsics:
    """Pinholes (B,) without distortion; points have the axis B first and any others after it.

    Attributes:
        focal_px: (B, 2) focal length in x and y.
        center_px: (B, 2) principal point.
        size_px: (B, 2) width and height of the image.
    """

    focal_px: Float[np.ndarray, "batch 2"]
    center_px: Float[np.ndarray, "batch 2"]
    size_px: Float[np.ndarray, "batch 2"]

    @classmethod
    def of(cls, cameras: Sequence[Camera]) -> Intrinsics:
        """Those of calibrated cameras, without their distortion.

        Raises:
            GeometryError: a camera does not say the size of its image.
        """
        for camera in cameras:
            if camera.size_px is None:
                raise GeometryError(f"camera {camera.name}: expected an image size, found none")
        columns = ([c.focal_px for c in cameras], [c.center_px for c in cameras], [c.size_px for c in cameras])
        return cls(*(np.array(column, dtype=np.float64).reshape(-1, 2) for column in columns))

    @classmethod
    def joined(cls, parts: Sequence[Intrinsics]) -> Intrinsics:
        """Those of several batches, one after the other."""
        columns = ("focal_px", "center_px", "size_px")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))

    def rows(self, chosen: np.ndarray | slice) -> Intrinsics:
        """Those of some of the batch."""
        return Intrinsics(self.focal_px[chosen], self.center_px[chosen], self.size_px[chosen])

    def camera_to_image(self, points_cam_mm: Points3D) -> Points2D:
        """Project points (B, ..., 3) to pixels (B, ..., 2).

        Raises:
            GeometryError: a point lies at or behind its camera.
        """
        depth = points_cam_mm[..., 2:]
        if (depth <= 0).any():
            raise GeometryError(f"{int((depth <= 0).sum())} of {depth.size} points lie at or behind the camera")
        return self.plane_to_image(points_cam_mm[..., :2] / depth)

    def plane_to_image(self, points_plane: Points2D) -> Points2D:
        """Pixels (B, ..., 2) of points on the plane z = 1."""
        drawn: np.ndarray = points_plane * _like(self.focal_px, points_plane) + _like(self.center_px, points_plane)
        return drawn

    def image_to_plane(self, points_px: Points2D) -> Points2D:
        """Inverse of `plane_to_image`."""
        plane: np.ndarray = (points_px - _like(self.center_px, points_px)) / _like(self.focal_px, points_px)
        return plane

    def image_to_camera(self, points_px: Points2D, depth_mm: np.ndarray | float) -> Points3D:
        """Points (B, ..., 3) in camera axes of pixels (B, ..., 2) at depths (B, ...), or all at one depth."""
        plane = self.image_to_plane(points_px)
        depth = np.broadcast_to(depth_mm, plane.shape[:-1])[..., None]
        return np.concatenate([plane * depth, depth], axis=-1)


def _like(values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(B, 2) with as many axes as the points (B, ..., 2)."""
    return values.reshape(len(values), *[1] * (points.ndim - 2), 2)
