"""2D joints as people hand them over: checked before anything is computed from them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool

from poselift.arrays import Confidence, Joints2D, float_type
from poselift.data.picture_shares import HINT, are_shares
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.skeleton import Skeleton

_LEAST_VISIBLE = 3
# A person of 1.7 m would be 170 km away: such joints are one point and rounding errors.
_LEAST_EXTENT_RAD = 1e-5


def checked_keypoints(
    joints_px: Joints2D, confidence: Confidence | None, camera: Camera, skeleton: Skeleton
) -> tuple[Joints2D, Confidence]:
    """Joints (F, J, 2) and their confidence (F, J); 1 where the pixels are finite if none is given.

    Raises:
        ShapeError: a shape, pixel, confidence or image size that cannot be.
    """
    joints_px = _numbers(joints_px, "joints_px")
    if joints_px.ndim != 3 or joints_px.shape[1:] != (len(skeleton), 2):
        raise ShapeError(
            f"joints_px: expected (frames, {len(skeleton)}, 2) of skeleton {skeleton.name}, got {joints_px.shape}",
            "other skeletons convert as a Clip: `lift` does it",
        )
    if camera.size_px is not None and min(camera.size_px) <= 0:
        raise ShapeError(f"size_px: expected positive (width, height), got {camera.size_px}")
    finite = np.isfinite(joints_px).all(axis=-1)
    if confidence is None:
        _check_pixels(joints_px[finite], camera)
        return joints_px, finite.astype(np.float32)
    confidence = _numbers(confidence, "confidence")
    if confidence.shape != joints_px.shape[:2]:
        raise ShapeError(f"confidence: expected {joints_px.shape[:2]}, got {confidence.shape}")
    possible = (confidence >= 0) & (confidence <= 1)
    if not possible.all():
        frame, joint = np.argwhere(~possible)[0]
        raise ShapeError(
            f"confidence: frame {frame}, {skeleton.joints[joint]}: expected 0 to 1, got {confidence[frame, joint]}",
            "divide scores by their maximum, and give missing joints the confidence 0",
        )
    lost = ~finite & (confidence > 0)
    if lost.any():
        frame, joint = np.argwhere(lost)[0]
        raise ShapeError(
            f"joints_px: frame {frame}, {skeleton.joints[joint]}: expected finite pixels where the confidence is "
            f"positive, got {joints_px[frame, joint].tolist()}",
            "give missing joints the confidence 0",
        )
    _check_pixels(joints_px[confidence > 0], camera)
    return joints_px, confidence


def _check_pixels(seen_px: np.ndarray, camera: Camera) -> None:
    """Raises ShapeError where these are shares of the camera's picture."""
    if camera.size_px is not None and are_shares(seen_px, camera.size_px):
        raise ShapeError(
            f"joints_px: expected pixels of a picture of {camera.size_px}, got coordinates from "
            f"{seen_px.min():.3g} to {seen_px.max():.3g}, which are shares of it",
            HINT,
        )


def _numbers(array: np.ndarray, name: str) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise ShapeError(f"{name}: expected numbers, got {array.dtype}")
    return array.astype(float_type(array), copy=False)


def plane_of(joints_px: Joints2D, confidence: Confidence, camera: Camera) -> Joints2D:
    """Joints (F, J, 2) on the plane z = 1 of the camera; missing ones on its axis.

    Raises:
        GeometryError: a visible joint lies where the camera's lens draws nothing.
    """
    # What a missing joint's pixels say must not matter, not even to the lens.
    return camera.image_to_plane(np.where(confidence[..., None] > 0, joints_px, camera.center_px))


def liftable(plane: Joints2D, confidence: Confidence) -> Bool[np.ndarray, " frames"]:
    """Which frames show enough joints, in more than one point."""
    visible = confidence > 0
    seen = visible[..., None]
    low = np.where(seen, plane, np.inf).min(axis=1)
    high = np.where(seen, plane, -np.inf).max(axis=1)
    # An angle shrinks on its way to the plane's rim by 1 + r^2.
    rim = 1 + np.square(np.where(seen, plane, 0)).sum(axis=-1).max(axis=1)
    enough = visible.sum(axis=1) >= _LEAST_VISIBLE
    extended = (high - low).max(axis=-1) > _LEAST_EXTENT_RAD * rim
    some: np.ndarray = enough & extended
    return some
