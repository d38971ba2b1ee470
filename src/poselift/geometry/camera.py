"""The pinhole camera with lens distortion.

Axes: camera x right, y down, z forward; world right-handed with z up. Lengths are millimetres, the image is in
pixels. A world point becomes `X_cam = R (X_world - position)`, as in Human3.6M.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from poselift.arrays import Points2D, Points3D, Valid, checked_shape, float_type
from poselift.errors import GeometryError, ShapeError
from poselift.geometry.distortion import distort, undistort, undistort_flagged

# Sides that were rounded to whole pixels may be so far off.
_SAME_ASPECT = 0.01
_ARRAYS = ("focal_px", "center_px", "rotation", "position_mm", "radial", "tangential")


def _frozen(values: object, shape: tuple[int, ...], name: str) -> np.ndarray:
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise ShapeError(f"camera {name}: expected shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ShapeError(f"camera {name}: expected finite numbers, got {array.tolist()}")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Camera:
    """Where a camera stands and how it draws.

    Attributes:
        focal_px: (2,) focal length in x and y.
        center_px: (2,) principal point.
        rotation: (3, 3) world to camera; its rows are the camera's axes in the world.
        position_mm: (3,) optical centre in the world.
        radial: (3,) k1, k2, k3.   tangential: (2,) p1, p2.   See `distortion`.
        size_px: (width, height) of the image, where known.
        name: free text, such as the serial number.

    >>> camera = Camera.guessed((1920, 1080), fov_deg=60)
    >>> camera.camera_to_image(np.array([[0.0, 0.0, 3000.0], [100.0, 0.0, 3000.0]])).round(1).tolist()
    [[960.0, 540.0], [1015.4, 540.0]]
    """

    focal_px: np.ndarray
    center_px: np.ndarray
    rotation: np.ndarray = field(default_factory=lambda: np.eye(3))
    position_mm: np.ndarray = field(default_factory=lambda: np.zeros(3))
    radial: np.ndarray = field(default_factory=lambda: np.zeros(3))
    tangential: np.ndarray = field(default_factory=lambda: np.zeros(2))
    size_px: tuple[int, int] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        shapes = {
            "focal_px": (2,),
            "center_px": (2,),
            "rotation": (3, 3),
            "position_mm": (3,),
            "radial": (3,),
            "tangential": (2,),
        }
        for name, shape in shapes.items():
            object.__setattr__(self, name, _frozen(getattr(self, name), shape, name))
        if (self.focal_px <= 0).any():
            raise ShapeError(f"camera focal_px: expected positive numbers, got {self.focal_px.tolist()}")
        if not np.allclose(self.rotation @ self.rotation.T, np.eye(3), atol=1e-4) or (
            np.linalg.det(self.rotation) < 0
        ):
            raise ShapeError("camera rotation: expected a proper rotation, got a matrix that is not one")

    @classmethod
    def guessed(cls, size_px: tuple[int, int], *, fov_deg: float = 55.0) -> Camera:
        """A camera for a video of unknown calibration: `fov_deg` along the longer side, centred, no distortion.

        Raises:
            ShapeError: a side of the image is not positive, or the angle is not in (0, 180).
        """
        width, height = size_px
        if width <= 0 or height <= 0:
            raise ShapeError(f"size_px: expected positive (width, height), got {size_px}")
        if not 0 < fov_deg < 180:
            raise ShapeError(f"fov_deg: expected 0 to 180, got {fov_deg}")
        focal = max(width, height) / 2 / np.tan(np.radians(fov_deg) / 2)
        return cls(np.full(2, focal), np.array([width, height]) / 2, size_px=(width, height))

    def as_dict(self) -> dict[str, Any]:
        """Plain lists and names, as they stand in JSON headers; `from_dict` reads them back."""
        size = None if self.size_px is None else [int(side) for side in self.size_px]
        return {**{name: getattr(self, name).tolist() for name in _ARRAYS}, "size_px": size, "name": self.name}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Camera:
        """Inverse of `as_dict`.

        Raises:
            KeyError: an entry is missing.
            ShapeError: an entry has the wrong shape or value.
        """
        width_height = values["size_px"]
        size = None if width_height is None else (int(width_height[0]), int(width_height[1]))
        arrays = {name: np.array(values[name]) for name in _ARRAYS}
        return cls(**arrays, size_px=size, name=str(values["name"]))

    def without_distortion(self) -> Camera:
        """The same camera with an ideal lens."""
        if not (self.radial.any() or self.tangential.any()):
            return self
        return replace(self, radial=np.zeros(3), tangential=np.zeros(2))

    def resized(self, size_px: tuple[int, int]) -> Camera:
        """The same camera for the same picture in another size.

        Raises:
            ShapeError: its sides have another ratio, so that it is cut or turned; or the camera's size is not known.
        """
        if self.size_px is None:
            raise ShapeError(f"camera {self.name}: expected to know its size, to resize it")
        ratio = np.array(size_px) / self.size_px
        if abs(ratio[0] / ratio[1] - 1) > _SAME_ASPECT:
            (width, height), (own_width, own_height) = size_px, self.size_px
            raise ShapeError(
                f"camera {self.name}: expected a picture of {own_width}x{own_height} or of the same shape, got "
                f"{width}x{height}",
                "calibrate it for this size; a picture that was cut or turned has another calibration",
            )
        return replace(self, focal_px=self.focal_px * ratio, center_px=self.center_px * ratio, size_px=size_px)

    def world_to_camera(self, points_world_mm: Points3D) -> Points3D:
        checked_shape(points_world_mm, (3,), "points_world_mm")
        moved: np.ndarray = (points_world_mm - self.position_mm) @ self.rotation.T
        return moved.astype(float_type(points_world_mm), copy=False)

    def camera_to_world(self, points_cam_mm: Points3D) -> Points3D:
        checked_shape(points_cam_mm, (3,), "points_cam_mm")
        moved: np.ndarray = points_cam_mm @ self.rotation + self.position_mm
        return moved.astype(float_type(points_cam_mm), copy=False)

    def camera_to_image(self, points_cam_mm: Points3D) -> Points2D:
        """Project points (..., 3) to pixels (..., 2); NaN stays NaN.

        Raises:
            GeometryError: a point lies at or behind the camera; use `camera_to_image_flagged` if that may be.
        """
        points_px, _ = self.camera_to_image_flagged(points_cam_mm)
        behind = points_cam_mm[..., 2] <= 0
        if behind.any():
            raise GeometryError(
                f"{int(behind.sum())} of {behind.size} points lie at or behind the camera",
                "check the camera's pose and the unit of the points, or use camera_to_image_flagged",
            )
        return points_px

    def camera_to_image_flagged(self, points_cam_mm: Points3D) -> tuple[Points2D, Valid]:
        """Project points (..., 3), and tell which (...) lie in front of the camera; the others become NaN."""
        checked_shape(points_cam_mm, (3,), "points_cam_mm")
        depth = points_cam_mm[..., 2]
        in_front = np.asarray(depth > 0)
        plane = np.full((*points_cam_mm.shape[:-1], 2), np.nan)
        # One coordinate at a time here and below: over a last axis of two numpy is several times slower.
        for axis in range(2):
            np.divide(points_cam_mm[..., axis], depth, out=plane[..., axis], where=in_front)
        points_px = distort(plane, self.radial, self.tangential)
        for axis in range(2):
            points_px[..., axis] *= self.focal_px[axis]
            points_px[..., axis] += self.center_px[axis]
        return points_px.astype(float_type(points_cam_mm), copy=False), in_front

    def in_image(self, points_px: Points2D) -> Valid:
        """Which pixels (...) of (..., 2) lie in the image; all of them where its size is not known, but for NaN."""
        if self.size_px is None:
            return np.asarray(np.isfinite(points_px).all(axis=-1))
        return np.asarray(((points_px >= 0) & (points_px <= np.array(self.size_px))).all(axis=-1))

    def image_to_plane(self, points_px: Points2D) -> Points2D:
        """Positions (..., 2) on the plane z = 1 of pixels (..., 2), distortion removed; NaN stays NaN.

        Raises:
            GeometryError: a pixel lies so far outside the image that this lens draws nothing there.
        """
        checked_shape(points_px, (2,), "points_px")
        drawn = np.empty(points_px.shape)
        for axis in range(2):
            # Of one number and an array of float32, numpy 1 makes float32.
            np.subtract(points_px[..., axis], self.center_px[axis], out=drawn[..., axis], dtype=np.float64)
            drawn[..., axis] /= self.focal_px[axis]
        plane = undistort(drawn, self.radial, self.tangential)
        return plane.astype(float_type(points_px), copy=False)

    def draws(self, points_px: Points2D) -> Valid:
        """Which pixels (...) of (..., 2), in the image or outside, the lens can draw; NaN is none."""
        plane = (points_px.astype(np.float64) - self.center_px) / self.focal_px
        _, drawn = undistort_flagged(plane, self.radial, self.tangential)
        return drawn

    def image_to_camera(self, points_px: Points2D, depth_mm: np.ndarray | float) -> Points3D:
        """Points (..., 3) in camera axes of pixels (..., 2) at depths (...), or all at one depth.

        Raises:
            GeometryError: as for `image_to_plane`.
        """
        plane = self.image_to_plane(points_px)
        points = np.empty((*plane.shape[:-1], 3), dtype=plane.dtype)
        points[..., 2] = np.broadcast_to(depth_mm, plane.shape[:-1])
        for axis in range(2):
            np.multiply(plane[..., axis], points[..., 2], out=points[..., axis])
        return points


# The camera whose image is the plane z = 1.
PLANE_CAMERA = Camera(np.ones(2), np.zeros(2))
