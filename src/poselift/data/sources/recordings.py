"""What cameras recorded, as an image-frame network sees it: 2D joints in, joints in the image frame out.

The image frame (`geometry.crop`) is derived from the 3D joints and the camera, never stored. Going back from it to
millimetres takes the true root depth and box, which `Truth` holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int

from poselift.arrays import checked_shape
from poselift.data.clip import Keypoints
from poselift.data.sources.views import Batch
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError, ShapeError
from poselift.geometry.camera import Camera
from poselift.geometry.crop import camera_to_image_frame, image_frame_to_camera, root_box
from poselift.normalisation.image_frame import image_frame_denormalised, image_frame_normalised
from poselift.skeleton import Skeleton

# The projection of the 3D joints by an ideal lens; it is always there and never stored.
GROUND_TRUTH = "gt"
_PREFIX = "joints_px."


def detection_sources(store: DatasetStore) -> tuple[str, ...]:
    """Where a store's 2D joints come from: "gt", and the detections that it holds."""
    return (GROUND_TRUTH, *(name.removeprefix(_PREFIX) for name in store.arrays if name.startswith(_PREFIX)))


@dataclass(frozen=True, eq=False)
class Recorded:
    """Pairs of network input and target, clip after clip.

    Attributes:
        inputs: (N, J, 2 or 3) float32, normalised pixels and their confidence as the third channel.
        targets: (N, J, 3) float32, normalised image frame.
        skeleton: what the J joints are.
    """

    inputs: Float[np.ndarray, "poses joints channels"]
    targets: Float[np.ndarray, "poses joints 3"]
    skeleton: Skeleton

    def __len__(self) -> int:
        return len(self.inputs)


def load_recorded(
    store: DatasetStore, clips: Sequence[ClipInfo], source: str, *, channels: int, stride: int = 1
) -> Recorded:
    """Read clips into memory.

    Args:
        source: one of `detection_sources`.
        channels: 2, or 3 to add the confidence, which is 1 for "gt".
        stride: take every n-th frame of each clip.

    Raises:
        DataFormatError: the store holds no recordings or no such source, or a clip's camera has no image size.
    """
    joints_cam_mm = store.joints_cam_mm
    _check_source(store, source)
    count = sum(len(range(0, clip.length, stride)) for clip in clips)
    joints = len(store.skeleton)
    inputs = np.ones((count, joints, channels), dtype=np.float32)
    targets = np.empty((count, joints, 3), dtype=np.float32)
    done = 0
    for clip in clips:
        frames = slice(clip.start, clip.start + clip.length, stride)
        camera, size_px = store.camera_of(clip), image_size(store, clip)
        joints_image, _ = camera_to_image_frame(camera, _double(joints_cam_mm[frames]), _root(store.skeleton))
        part = slice(done, done + len(joints_image))
        targets[part] = image_frame_normalised(joints_image, size_px)
        if source == GROUND_TRUTH:
            inputs[part, :, :2] = targets[part, :, :2]
        else:
            joints_px, confidence = _detected(store, source, frames)
            inputs[part, :, :2] = image_frame_normalised(joints_px, size_px)
            if channels == 3:
                inputs[part, :, 2] = confidence
        done = part.stop
    return Recorded(inputs, targets, store.skeleton)


def image_size(store: DatasetStore, clip: ClipInfo) -> tuple[int, int]:
    """Width and height of what a clip's camera saw.

    Raises:
        DataFormatError: the camera is not there, or does not say.
    """
    camera = store.camera_of(clip)
    if camera.size_px is None:
        raise DataFormatError(f"clip {clip.name}: its camera {camera.name} has no image size")
    return camera.size_px


def recorded_keypoints(store: DatasetStore, clip: ClipInfo, source: str) -> Keypoints:
    """2D joints (F, J, 2) in pixels of a clip, and their confidence (F, J).

    Raises:
        DataFormatError: as for `load_recorded`.
    """
    _check_source(store, source)
    if source != GROUND_TRUTH:
        return _detected(store, source, clip.frames)
    joints_cam_mm = _double(store.joints_cam_mm[clip.frames])
    joints_px = store.camera_of(clip).without_distortion().camera_to_image(joints_cam_mm)
    return Keypoints(joints_px, np.ones(joints_px.shape[:2]))


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
            joints[poses] = image_frame_denormalised(_double(joints_norm[poses]), camera.size_px or (0, 0))
        return joints

    def to_camera(self, joints_image: np.ndarray) -> np.ndarray:
        """Joints (N, J, 3) in the image frame to millimetres in camera axes, float64, by the true root and box.

        Raises:
            ShapeError: there are not as many poses as here.
        """
        joints = np.empty(self._checked(joints_image).shape)
        root = _root(self.skeleton)
        for camera, poses in self._of_each_camera():
            root_cam_mm = _double(self.joints_cam_mm[poses, root])
            boxes = root_box(camera, root_cam_mm)
            joints[poses] = image_frame_to_camera(camera, _double(joints_image[poses]), boxes, root_cam_mm[:, 2])
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
    slices = [slice(clip.start, clip.start + clip.length, stride) for clip in clips]
    joints = [np.asarray(store.joints_cam_mm[frames], dtype=np.float32) for frames in slices]
    index = np.repeat([order[clip.camera] for clip in clips], [len(part) for part in joints])
    return Truth(np.concatenate(joints), tuple(cameras[key] for key in order), index.astype(np.int64), store.skeleton)


@dataclass(frozen=True, eq=False)
class RecordedBatches:
    """Training batches by their number: every pose once in each epoch, in an order drawn anew for it.

    With `flip` the mirror image of every pose is one more pose.
    """

    recorded: Recorded
    batch_size: int
    seed: int
    flip: bool = False

    @property
    def poses(self) -> int:
        """How many make an epoch."""
        return len(self.recorded) * (2 if self.flip else 1)

    def order(self, epoch: int) -> Int[np.ndarray, " poses"]:
        """The poses of an epoch one after the other; from len(recorded) on they are mirror images."""
        return _order(self.seed, epoch, self.poses)

    def parts(self, number: int) -> list[tuple[int, slice]]:
        """Which parts of which epochs' orders make a batch."""
        found, start, stop = [], number * self.batch_size, (number + 1) * self.batch_size
        while start < stop:
            epoch, within = divmod(start, self.poses)
            count = min(stop - start, self.poses - within)
            found.append((epoch, slice(within, within + count)))
            start += count
        return found

    def batch(self, number: int) -> Batch:
        drawn = np.concatenate([self.order(epoch)[part] for epoch, part in self.parts(number)])
        rows = drawn % len(self.recorded)
        inputs, targets = self.recorded.inputs[rows], self.recorded.targets[rows]
        if self.flip:
            mirror = drawn >= len(self.recorded)
            for array in (inputs, targets):
                array[mirror] = self.recorded.skeleton.mirrored(array[mirror])
        return Batch(inputs, targets)


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, poses: int) -> np.ndarray:
    return np.random.default_rng((seed, epoch)).permutation(poses)


def _double(array: np.ndarray) -> np.ndarray:
    """What is stored in float32 is computed in float64."""
    return np.asarray(array, dtype=np.float64)


def _root(skeleton: Skeleton) -> int:
    (root,) = skeleton.indices(skeleton.root)
    return root


def _check_source(store: DatasetStore, source: str) -> None:
    known = detection_sources(store)
    if source not in known:
        raise DataFormatError(f"the store has no 2D joints {source!r}", f"it has: {', '.join(known)}")


def _detected(store: DatasetStore, source: str, frames: slice) -> Keypoints:
    return Keypoints(
        _double(store.arrays[f"{_PREFIX}{source}"][frames]), store.arrays[f"confidence.{source}"][frames]
    )
