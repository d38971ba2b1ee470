"""The box around a person, and the image frame that Human3.6M lifting networks predict in.

Image frame: x, y are pixels, z is the depth relative to the root, scaled to pixels by the size of a 2 m box at the
root's depth, so that a body looks equally large in all three axes. This is the frame of lcn-pose's
`joint_3d_image`; going back needs the true box and root depth.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from poselift.arrays import Joints3D, Points3D, float_type
from poselift.geometry.camera import Camera
from poselift.geometry.intrinsics import Intrinsics

HALF_BOX_MM = 1000.0

# One camera for all poses, or ideal ones, one for each.
Lens: TypeAlias = Camera | Intrinsics


def root_box(camera: Lens, root_cam_mm: Points3D) -> Float[np.ndarray, "*batch 4"]:
    """Box xyxy in pixels: the projection of root +- 1 m at the root's depth, without distortion.

    Raises:
        GeometryError: a root lies at or behind the camera.
    """
    ideal = _ideal(camera)
    half = np.array([HALF_BOX_MM, HALF_BOX_MM, 0.0], dtype=float_type(root_cam_mm))
    return np.concatenate(
        [ideal.camera_to_image(root_cam_mm - half), ideal.camera_to_image(root_cam_mm + half)], axis=-1
    )


def pixels_per_mm(box_xyxy_px: Float[np.ndarray, "*batch 4"]) -> np.ndarray:
    """Scale of depths in the image frame; the + 1 is the original's, whose boxes include their last pixel."""
    return np.asarray((box_xyxy_px[..., 2] - box_xyxy_px[..., 0] + 1) / (2 * HALF_BOX_MM))


def camera_to_image_frame(
    camera: Lens, joints_cam_mm: Joints3D, root_cam_mm: Points3D
) -> tuple[Joints3D, Float[np.ndarray, "*batch 4"]]:
    """Joints (..., J, 3) in camera axes to the image frame, and the boxes (..., 4) of their roots (..., 3).

    Raises:
        GeometryError: a joint lies at or behind the camera.
    """
    box = root_box(camera, root_cam_mm)
    xy = _ideal(camera).camera_to_image(joints_cam_mm)
    z = (joints_cam_mm[..., 2] - root_cam_mm[..., None, 2]) * pixels_per_mm(box)[..., None]
    return np.concatenate([xy, z[..., None]], axis=-1), box


def image_frame_to_camera(
    camera: Lens,
    joints_image: Joints3D,
    box_xyxy_px: Float[np.ndarray, "*batch 4"],
    root_depth_mm: np.ndarray | float,
) -> Joints3D:
    """Inverse of `camera_to_image_frame`, given the true boxes (..., 4) and root depths (...)."""
    depth = joints_image[..., 2] / pixels_per_mm(box_xyxy_px)[..., None] + np.asarray(root_depth_mm)[..., None]
    return _ideal(camera).image_to_camera(joints_image[..., :2], depth)


def _ideal(camera: Lens) -> Lens:
    return camera.without_distortion() if isinstance(camera, Camera) else camera
