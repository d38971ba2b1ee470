"""Cameras, crops, rotations, alignment and triangulation; numpy only."""

from poselift.geometry.align import procrustes_aligned, procrustes_aligned_both
from poselift.geometry.camera import Camera
from poselift.geometry.crop import camera_to_image_frame, image_frame_to_camera, pixels_per_mm, root_box
from poselift.geometry.distortion import distort, undistort
from poselift.geometry.rotation import (
    axis_rotation,
    euler_rotation,
    quaternion_rotation,
    rotated,
    rotation_onto_z,
    unit_vectors,
    vector_rotation,
)
from poselift.geometry.triangulate import triangulated

__all__ = [
    "Camera",
    "axis_rotation",
    "camera_to_image_frame",
    "distort",
    "euler_rotation",
    "image_frame_to_camera",
    "pixels_per_mm",
    "procrustes_aligned",
    "procrustes_aligned_both",
    "quaternion_rotation",
    "root_box",
    "rotated",
    "rotation_onto_z",
    "triangulated",
    "undistort",
    "unit_vectors",
    "vector_rotation",
]
