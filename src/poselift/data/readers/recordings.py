"""What cameras saw of people, whatever the data set: one person of one video is a recording, many are a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from poselift.data.clip import Keypoints
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera
from poselift.skeleton import Skeleton

# The tag of takes that a data set's users leave out, because something went wrong when they were made.
FAULTY = "faulty"


@dataclass(frozen=True, eq=False)
class Recording:
    """What one camera saw of one person in one take; several people in a video are as many recordings.

    Attributes:
        name: unique in the data set; where a video shows several people, it says which.
        subject, action, take: who does what, and which of the times, in any words.
        camera: its lens counts, its place in the world does not: it may move, for joints are in its axes.
        joints_cam_mm: (F, J, 3) the truth.
        detections: 2D joints (F, J, 2) and confidence (F, J) by the name of their source.
        fps: frames per second of those that are there.
        frame_numbers: (F,) from 0, in the video. Default: one after the other.
        valid: (F,) false where nobody knows the pose; what the arrays say there does not matter. Default: all true.
        split: "train", "val" or "test".
        tags: what else is to be known, such as `FAULTY`.
    """

    name: str
    subject: str
    action: str
    take: str
    camera: Camera
    joints_cam_mm: Float[np.ndarray, "frames joints 3"]
    fps: float
    detections: Mapping[str, Keypoints] = field(default_factory=dict)
    frame_numbers: Int[np.ndarray, " frames"] | None = None
    valid: Bool[np.ndarray, " frames"] | None = None
    split: str = "train"
    tags: tuple[str, ...] = ()

    @property
    def valid_frames(self) -> Bool[np.ndarray, " frames"]:
        """(F,)"""
        return np.ones(len(self.joints_cam_mm), dtype=bool) if self.valid is None else self.valid

    def check(self) -> None:
        """Raises:
        DataFormatError: lengths differ, no frame is valid, or a number of a valid frame is not finite; the message
            names the recording and frame.
        """
        frames, valid = len(self.joints_cam_mm), self.valid_frames
        for what, array in self._arrays().items():
            if len(array) != frames or frames == 0:
                raise DataFormatError(
                    f"{self.name}: expected {max(frames, 1)} frames of {what}, found {len(array)}",
                    "2D and 3D must come from the same release of the data",
                )
            bad = ~np.isfinite(array).reshape(frames, -1).all(axis=1) & valid[:frames]
            if bad.any():
                raise DataFormatError(
                    f"{self.name}: {what}: {int(bad.sum())} of {frames} frames hold NaN or infinity, the first is "
                    f"frame {int(bad.argmax())}",
                    "leave the frames out, mark them as not valid, or get the file anew",
                )
        if len(valid) != frames or not valid.any():
            raise DataFormatError(f"{self.name}: expected {frames} frames of which some are valid, found none")

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = {"3D joints": self.joints_cam_mm}
        for source, keypoints in self.detections.items():
            arrays |= {f"2D joints {source}": keypoints.joints_px, f"confidence {source}": keypoints.confidence}
        if self.frame_numbers is not None:
            arrays["frame numbers"] = self.frame_numbers
        return arrays


def recordings_store(
    recordings: Iterable[Recording], skeleton: Skeleton, *, about: Mapping[str, Any]
) -> DatasetStore:
    """Recordings in their order as one store, in float32.

    Its arrays: `joints_cam_mm` (F, J, 3), `frame_number` (F,), `joints_px.NAME` (F, J, 2) and `confidence.NAME`
    (F, J) for every source of detections, and `valid` (F,) where a frame is not.

    Args:
        about: where the data came from; under `actions` and `subjects` (name: split) what a whole data set has.

    Raises:
        DataFormatError: a recording is wrong, comes twice, or lacks detections that others have.
    """
    clips: list[ClipInfo] = []
    cameras: dict[str, Camera] = {}
    parts: dict[str, list[np.ndarray]] = {}
    names: set[str] = set()
    start = 0
    for recording in recordings:
        recording.check()
        if recording.name in names:
            raise DataFormatError(f"{recording.name} comes twice", "its frames must follow one another")
        names.add(recording.name)
        _append(parts, recording, first=not clips)
        clips.append(_clip_info(recording, _camera_key(cameras, recording), start))
        start += clips[-1].length
    if not clips:
        raise DataFormatError("found no recording", "check that the folder holds the data set")
    arrays: dict[str, np.ndarray] = {}
    for name in list(parts):  # one array after the other, so that nothing stands in memory twice for long
        arrays[name] = np.concatenate(parts.pop(name))
    if arrays["valid"].all():
        del arrays["valid"]
    return DatasetStore(skeleton, tuple(clips), arrays, about, cameras)


def _camera_key(cameras: dict[str, Camera], recording: Recording) -> str:
    """The key of the recording's camera, which is added where it is new or another one of the same name."""
    key = f"{recording.subject}/{recording.camera.name}"
    if key in cameras and cameras[key].as_dict() != recording.camera.as_dict():
        key = f"{key}/{recording.name}"
    cameras.setdefault(key, recording.camera)
    return key


def _clip_info(recording: Recording, camera: str, start: int) -> ClipInfo:
    return ClipInfo(
        name=recording.name,
        subject=recording.subject,
        action=recording.action,
        start=start,
        length=len(recording.joints_cam_mm),
        fps=recording.fps,
        split=recording.split,
        take=recording.take,
        camera=camera,
        tags=recording.tags,
    )


def _append(parts: dict[str, list[np.ndarray]], recording: Recording, *, first: bool) -> None:
    numbers, valid = recording.frame_numbers, recording.valid_frames
    arrays = {
        "joints_cam_mm": _stored(recording.joints_cam_mm, valid),
        "frame_number": np.arange(len(valid)) if numbers is None else numbers,
        "valid": valid,
    }
    arrays["frame_number"] = arrays["frame_number"].astype(np.int32)
    for source, keypoints in recording.detections.items():
        arrays[f"joints_px.{source}"] = _stored(keypoints.joints_px, valid)
        arrays[f"confidence.{source}"] = _stored(keypoints.confidence, valid)
    if not first and arrays.keys() != parts.keys():
        odd = sorted(arrays.keys() ^ parts.keys())[0]
        raise DataFormatError(
            f"{recording.name}: expected the same sources of detections in every recording, {odd} is not in all"
        )
    for name, array in arrays.items():
        parts.setdefault(name, []).append(array)


def _stored(array: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """In float32. Frames that are not valid repeat a valid one near them, so that every frame holds numbers."""
    if valid.all():
        return array.astype(np.float32)
    good = np.flatnonzero(valid)
    nearest = good[np.clip(np.searchsorted(good, np.arange(len(valid))), 0, len(good) - 1)]
    repeated: np.ndarray = array[nearest].astype(np.float32)
    return repeated
