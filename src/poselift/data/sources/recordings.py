"""What cameras recorded: 2D joints of a store's clips, and pairs of what a network sees and should say.

What a network should say is derived from the 3D joints and the camera, never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from poselift.data.clip import Keypoints
from poselift.data.sources.batch import Batch
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera
from poselift.normalisation.base import Normaliser, Seen
from poselift.normalisation.image_frame import IMAGE_FRAME
from poselift.skeleton import Skeleton

# The projection of the 3D joints by an ideal lens; it is always there and never stored.
GROUND_TRUTH = "gt"
_PREFIX, _CONFIDENCE = "joints_px.", "confidence."


def detection_sources(store: DatasetStore) -> tuple[str, ...]:
    """Where a store's 2D joints come from: "gt", and the detections that it holds."""
    return (GROUND_TRUTH, *(name.removeprefix(_PREFIX) for name in store.arrays if name.startswith(_PREFIX)))


@dataclass(frozen=True, eq=False)
class Recorded:
    """Pairs of network input and target, clip after clip.

    Attributes:
        inputs: (N, J, 2 or 3) float32, normalised joints and their confidence as the third channel.
        targets: (N, J, 3) float32, in the network's output space.
        skeleton: what the J joints are.
    """

    inputs: Float[np.ndarray, "poses joints channels"]
    targets: Float[np.ndarray, "poses joints 3"]
    skeleton: Skeleton

    def __len__(self) -> int:
        return len(self.inputs)

    def rows(self, chosen: np.ndarray) -> Batch:
        """Copies of some poses."""
        return Batch(self.inputs[chosen], self.targets[chosen])


def load_recorded(
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    source: str,
    *,
    channels: int,
    stride: int = 1,
    normaliser: Normaliser = IMAGE_FRAME,
) -> Recorded:
    """Read the valid frames of clips into memory, as a network of single frames sees them.

    Args:
        source: one of `detection_sources`.
        channels: 2, or 3 to add the confidence, which is 1 for "gt".
        stride: take every n-th frame of each clip.
        normaliser: how the network sees them; the original's way if not said.

    Raises:
        DataFormatError: the store holds no recordings or no such source, or a clip's camera has no image size.
        ShapeError, GeometryError: a frame cannot be normalised.
    """
    joints_cam_mm, frames = store.joints_cam_mm, [frames_read(store, clip, stride) for clip in clips]
    count, joints = sum(map(len, frames)), len(store.skeleton)
    inputs = np.empty((count, joints, channels), dtype=np.float32)
    targets = np.empty((count, joints, 3), dtype=np.float32)
    done = 0
    for clip, chosen in zip(clips, frames, strict=True):
        part = slice(done, done + len(chosen))
        done = part.stop
        if normaliser.sees == "pixels":
            image_size(store, clip)
        rows = _rows(chosen, stride)
        normalised, view = normaliser.normalised(recorded_seen(store, clip, source, rows), channels)
        inputs[part] = normalised[:, 0]
        targets[part] = view.targets(_double(joints_cam_mm[rows]))
    return Recorded(inputs, targets, store.skeleton)


def frames_read(store: DatasetStore, clip: ClipInfo, stride: int = 1) -> Int[np.ndarray, " frames"]:
    """Every n-th frame of a clip as rows of the store's arrays, of those that are valid."""
    chosen = np.arange(0, clip.length, stride)
    rows: np.ndarray = clip.start + chosen[store.valid_frames(clip)[chosen]]
    return rows


def _rows(chosen: Int[np.ndarray, " frames"], stride: int) -> Int[np.ndarray, " frames"] | slice:
    """The same rows as a slice where they are evenly spaced: taking one by one copies the mapped file twice."""
    if len(chosen) == 0 or chosen[-1] - chosen[0] != stride * (len(chosen) - 1):
        return chosen
    return slice(int(chosen[0]), int(chosen[-1]) + 1, stride)


def recorded_seen(
    store: DatasetStore, clip: ClipInfo, source: str, frames: Int[np.ndarray, " frames"] | slice
) -> Seen:
    """What was seen in some frames of a clip, rows of the store's arrays, as windows of one frame each.

    Raises:
        DataFormatError: the store has no such 2D joints.
    """
    camera = store.camera_of(clip)
    joints_px, confidence = _keypoints(store, camera, source, frames)
    lens = camera.without_distortion() if source == GROUND_TRUTH else camera
    return Seen(store.skeleton, confidence[:, None], lens, in_pixels=joints_px[:, None])


def clip_seen(store: DatasetStore, clip: ClipInfo, source: str) -> Seen:
    """What was seen in all frames of a clip, as windows of one frame each; in those that are not valid, nothing.

    Raises:
        DataFormatError: the store has no such 2D joints.
    """
    frames = frames_read(store, clip)
    seen = recorded_seen(store, clip, source, frames)
    if len(frames) == clip.length:
        return seen
    joints = len(store.skeleton)
    joints_px = np.zeros((clip.length, 1, joints, 2))
    confidence = np.zeros((clip.length, 1, joints), dtype=seen.confidence.dtype)
    joints_px[frames - clip.start], confidence[frames - clip.start] = seen.joints_px, seen.confidence
    return Seen(store.skeleton, confidence, seen.lens, in_pixels=joints_px)


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
    return _keypoints(store, store.camera_of(clip), source, clip.frames)


def _keypoints(
    store: DatasetStore, camera: Camera, source: str, frames: Int[np.ndarray, " frames"] | slice
) -> Keypoints:
    joints_cam_mm = store.joints_cam_mm
    known = detection_sources(store)
    if source not in known:
        raise DataFormatError(f"the store has no 2D joints {source!r}", f"it has: {', '.join(known)}")
    if source == GROUND_TRUTH:
        joints_px = camera.without_distortion().camera_to_image(_double(joints_cam_mm[frames]))
        return Keypoints(joints_px, np.ones(joints_px.shape[:2]))
    joints_px, confidence = (store.arrays[f"{kind}{source}"][frames] for kind in (_PREFIX, _CONFIDENCE))
    return Keypoints(_double(joints_px), np.asarray(confidence))


def _double(array: np.ndarray) -> np.ndarray:
    """What is stored in float32 is computed in float64."""
    return np.asarray(array, dtype=np.float64)
