"""The true poses of recordings, and what leads from the image frame to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from poselift.arrays import checked_shape
from poselift.data.sources.recordings import frames_read, image_size
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.geometry.crop import image_frame_to_camera, root_box
from poselift.normalisation.image_frame import image_frame_denormalised
from poselift.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class Truth:
    """The true poses, and what leads from the image frame to them.

    Attributes:
        joints_cam_mm: (N, J, 3) float32.
        cameras, camera_index: the cameras, and which of them (N,) saw each pose.
        skeleton: what the J joints are.
    """

    joints_cam_mm: Float[np.ndarray, "poses joints 3"]
    cameras: tuple[Camera, ...]
    camera_index: Int[np.ndarray, " poses"]
    skeleton: Skeleton

    def __len__(self) -> int:
        return len(self.joints_cam_mm)

    def rows(self, chosen: np.ndarray | slice) -> Truth:
        """The truth of some poses."""
        return Truth(self.joints_cam_mm[chosen], self.cameras, self.camera_index[chosen], self.skeleton)

    def to_image(self, joints_norm: np.ndarray) -> np.ndarray:
        """A network's output (N, J, 3) to the image frame: pixels, float64.

        Raises:
            ShapeError: there are not as many poses as here.
        """
        joints = np.empty(self._checked(joints_norm).shape)
        for camera, poses in self._of_each_camera():
            joints[poses] = image_frame_denormalised(
                np.asarray(joints_norm[poses], dtype=np.float64), camera.size_px or (0, 0)
            )
        return joints

    def to_camera(self, joints_image: np.ndarray) -> np.ndarray:
        """Joints (N, J, 3) in the image frame to millimetres in camera axes, float64, by the true root and box.

        Raises:
            ShapeError: there are not as many poses as here.
        """
        joints = np.empty(self._checked(joints_image).shape)
        for camera, poses in self._of_each_camera():
            truth_mm = np.asarray(self.joints_cam_mm[poses], dtype=np.float64)
            root_cam_mm = self.skeleton.root_position(truth_mm)[:, 0]
            boxes = root_box(camera, root_cam_mm)
            joints[poses] = image_frame_to_camera(
                camera, np.asarray(joints_image[poses], dtype=np.float64), boxes, root_cam_mm[:, 2]
            )
        return joints

    def _of_each_camera(self) -> list[tuple[Camera, np.ndarray]]:
        return [(camera, np.flatnonzero(self.camera_index == i)) for i, camera in enumerate(self.cameras)]

    def _checked(self, joints: np.ndarray) -> np.ndarray:
        checked_shape(joints, (len(self.skeleton), 3), "predictions")
        if len(joints) != len(self):
            raise ShapeError(
                f"predictions: expected {len(self)} poses as the data set has, got {len(joints)}",
                "predict the same split of the same data set again",
            )
        return joints


def load_truth(store: DatasetStore, clips: Sequence[ClipInfo], *, stride: int = 1) -> Truth:
    """The truth of clips, pose by pose as in `load_recorded`.

    Raises:
        DataFormatError: the store holds no recordings.
    """
    keys = {clip.camera: number for number, clip in enumerate(clips)}
    order = {key: number for number, key in enumerate(keys)}
    for clip in clips:
        image_size(store, clip)
    cameras = {clip.camera: store.camera_of(clip) for clip in clips}
    joints = [np.asarray(store.joints_cam_mm[frames_read(store, clip, stride)], dtype=np.float32) for clip in clips]
    index = np.repeat([order[clip.camera] for clip in clips], [len(part) for part in joints])
    return Truth(np.concatenate(joints), tuple(cameras[key] for key in order), index.astype(np.int64), store.skeleton)
