"""`image_frame`, the way of the LCN paper (the original's "scale"): pixels divided by the image width.

The network predicts the image frame of `geometry.crop` in the same unit. Going back to millimetres needs the true box
and root depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from poselift.arrays import Joints3D, float_type
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.geometry.crop import camera_to_image_frame, image_frame_to_camera, root_box
from poselift.geometry.intrinsics import Intrinsics
from poselift.normalisation.base import Normalised, Seen, described, with_confidence
from poselift.skeleton import Skeleton

# (width, height), or those of each window (B, 2)
Size: TypeAlias = "tuple[int, int] | np.ndarray"


def image_frame_normalised(joints: np.ndarray, size_px: Size) -> np.ndarray:
    """Pixels (..., J, 2) or image-frame joints (..., J, 3) to the range of about -1 to 1.

    x, y: px / width * 2 - [1, height / width]; z: px / width * 2.
    """
    width, height = _sides(size_px, joints)
    normalised: np.ndarray = joints / width * 2
    normalised[..., :1] -= 1
    normalised[..., 1:2] -= height / width
    return normalised


def image_frame_denormalised(joints_norm: np.ndarray, size_px: Size) -> np.ndarray:
    """Inverse of `image_frame_normalised`."""
    width, height = _sides(size_px, joints_norm)
    if not isinstance(width, np.ndarray):
        offset = np.array([1, height / width, 0], dtype=float_type(joints_norm))[: joints_norm.shape[-1]]
        joints: np.ndarray = (joints_norm + offset) * width / 2
        return joints
    joints = joints_norm.astype(np.float64)
    joints[..., :1] += 1
    joints[..., 1:2] += height / width
    joints *= width
    joints /= 2
    return joints


def _sides(size_px: Size, joints: np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Width and height; of each window with as many axes as the joints (B, ..., J, C)."""
    if isinstance(size_px, np.ndarray):
        width, height = (side.reshape(-1, *[1] * (joints.ndim - 1)) for side in size_px.T)
        return width, height
    return size_px


@dataclass(frozen=True, eq=False)
class ImageFrameView:
    """The way back by the true root depth and box.

    Attributes:
        lens: how the image was drawn.
        skeleton: what the J joints are.
    """

    lens: Camera | Intrinsics
    skeleton: Skeleton

    @property
    def size_px(self) -> Size:
        """Of the image.

        Raises:
            ShapeError: the camera does not say.
        """
        if self.lens.size_px is None:
            raise ShapeError("this camera has no image size", "the image frame is counted in widths of the image")
        return self.lens.size_px

    def rows(self, chosen: np.ndarray | slice) -> ImageFrameView:
        if isinstance(self.lens, Camera):
            return self
        return ImageFrameView(self.lens.rows(chosen), self.skeleton)

    def targets(self, joints_cam_mm: Joints3D) -> Joints3D:
        """The normalised image frame (B, ..., J, 3), in the type of the joints."""
        joints_image, _ = camera_to_image_frame(self.lens, joints_cam_mm, self._root(joints_cam_mm))
        return image_frame_normalised(joints_image, self.size_px)

    def to_mm(self, output: Joints3D, root_cam_mm: np.ndarray | None = None) -> Joints3D:
        """Joints (B, ..., J, 3) in camera axes, float64.

        Raises:
            ShapeError: there is no true root (B, ..., 3).
        """
        if root_cam_mm is None:
            raise ShapeError("image_frame: expected the true root, without which there is no way to millimetres")
        joints_image = image_frame_denormalised(np.asarray(output, dtype=np.float64), self.size_px)
        root_cam_mm = np.asarray(root_cam_mm, dtype=np.float64)
        boxes = root_box(self.lens, root_cam_mm)
        return image_frame_to_camera(self.lens, joints_image, boxes, root_cam_mm[..., 2])

    def _root(self, joints_cam_mm: np.ndarray) -> np.ndarray:
        root: np.ndarray = self.skeleton.root_position(joints_cam_mm)[..., 0, :]
        return root


class ImageFrame:
    """Pixels divided by the image width, see the module."""

    name = "image_frame"
    sees: Literal["pixels"] = "pixels"
    needs_root = True
    unit_mm = None

    def normalised(self, seen: Seen, channels: int) -> Normalised:
        """Every joint as it was reported, whatever its confidence, as in the original; 0 where it is no number.

        Raises:
            ShapeError: the camera has no image size.
        """
        view = ImageFrameView(seen.true_lens or seen.lens, seen.skeleton)
        joints_norm = image_frame_normalised(seen.joints_px, view.size_px)
        if not np.isfinite(joints_norm.sum()):  # a glance: a pass of its own takes a tenth of reading a data set
            joints_norm = np.nan_to_num(joints_norm, posinf=0, neginf=0)
        return Normalised(with_confidence(joints_norm, seen.confidence, channels), view)

    def description(self, channels: int) -> dict[str, str]:
        return described(
            "x = px / width * 2 - 1; y = px / width * 2 - height / width",
            "x = px / width * 2 - 1; y = px / width * 2 - height / width; z = depth relative to the root, scaled to "
            "pixels by the root's box, / width * 2",
            channels,
        )


IMAGE_FRAME = ImageFrame()
