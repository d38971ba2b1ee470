"""One take seen by one camera, and the store of many of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.tables import ACTION_NUMBERS, FPS, SPLITS, Take, recording_name
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError, RecipeError
from poselift.geometry.camera import Camera
from poselift.skeleton import H36M_17


@dataclass(frozen=True, eq=False)
class Recording:
    """What one camera saw of a take.

    Attributes:
        take: subject, action and number.
        camera: its name is its serial number.
        joints_cam_mm: (F, 17, 3) Human3.6M-17.
        detections: 2D joints (F, 17, 2) and confidence (F, 17) by the name of their source.
        frame_numbers: (F,) from 0, in the video. Default: one after the other.
        fps: of the frames that are there.
    """

    take: Take
    camera: Camera
    joints_cam_mm: Float[np.ndarray, "frames joints 3"]
    detections: Mapping[str, Keypoints] = field(default_factory=dict)
    frame_numbers: Int[np.ndarray, " frames"] | None = None
    fps: float = FPS

    @property
    def name(self) -> str:
        return recording_name(self.take, self.camera.name)

    def check(self) -> None:
        """Raises:
        DataFormatError: lengths differ, or a number is not finite; the message names the recording and frame.
        """
        frames = len(self.joints_cam_mm)
        arrays = {"3D joints": self.joints_cam_mm}
        for source, keypoints in self.detections.items():
            arrays |= {f"2D joints {source}": keypoints.joints_px, f"confidence {source}": keypoints.confidence}
        for what, array in arrays.items():
            if len(array) != frames or frames == 0:
                raise DataFormatError(
                    f"{self.name}: expected {max(frames, 1)} frames of {what}, found {len(array)}",
                    "2D and 3D must come from the same release of the data",
                )
            bad = ~np.isfinite(array).reshape(frames, -1).all(axis=1)
            if bad.any():
                raise DataFormatError(
                    f"{self.name}: {what}: {int(bad.sum())} of {frames} frames hold NaN or infinity, the first is "
                    f"frame {int(bad.argmax())}",
                    "leave the frames out, or get the file anew",
                )


def h36m_store(
    recordings: Iterable[Recording], *, val_subjects: Sequence[str] = ("S8",), about: Mapping[str, Any]
) -> DatasetStore:
    """Recordings in their order as one store, in float32.

    Its arrays: `joints_cam_mm` (F, 17, 3), `frame_number` (F,), and `joints_px.NAME` (F, 17, 2) and
    `confidence.NAME` (F, 17) for every source of detections.

    Raises:
        RecipeError: a validation subject is none of the training set.
        DataFormatError: a recording is wrong, comes twice, or lacks detections that others have.
    """
    splits = _splits(val_subjects)
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
        key = f"{recording.take.subject}/{recording.camera.name}"
        cameras.setdefault(key, recording.camera)
        _append(parts, recording, first=not clips)
        clips.append(_clip_info(recording, splits, key, start))
        start += clips[-1].length
    if not clips:
        raise DataFormatError("found no recording", "check that the folder holds Human3.6M")
    arrays: dict[str, np.ndarray] = {}
    for name in list(parts):  # one array after the other, so that nothing stands in memory twice for long
        arrays[name] = np.concatenate(parts.pop(name))
    expected = {"actions": list(ACTION_NUMBERS), "subjects": splits}
    return DatasetStore(H36M_17, tuple(clips), arrays, {**about, **expected}, cameras)


def _splits(val_subjects: Sequence[str]) -> dict[str, str]:
    unknown = [subject for subject in val_subjects if subject not in SPLITS["train"]]
    if unknown:
        raise RecipeError(f"{unknown[0]} is no training subject", f"known: {', '.join(SPLITS['train'])}")
    of_subject = {subject: split for split, subjects in SPLITS.items() for subject in subjects}
    return {**of_subject, **dict.fromkeys(val_subjects, "val")}


def _clip_info(recording: Recording, splits: Mapping[str, str], camera: str, start: int) -> ClipInfo:
    take = recording.take
    if take.subject not in splits:
        raise DataFormatError(f"{recording.name}: unknown subject {take.subject}", f"known: {', '.join(splits)}")
    return ClipInfo(
        name=recording.name,
        subject=take.subject,
        action=take.action,
        start=start,
        length=len(recording.joints_cam_mm),
        fps=recording.fps,
        split=splits[take.subject],
        take=str(take.number),
        camera=camera,
    )


def _append(parts: dict[str, list[np.ndarray]], recording: Recording, *, first: bool) -> None:
    numbers = recording.frame_numbers
    arrays = {
        "joints_cam_mm": recording.joints_cam_mm.astype(np.float32),
        "frame_number": np.arange(len(recording.joints_cam_mm)) if numbers is None else numbers,
    }
    arrays["frame_number"] = arrays["frame_number"].astype(np.int32)
    for source, keypoints in recording.detections.items():
        arrays[f"joints_px.{source}"] = keypoints.joints_px.astype(np.float32)
        arrays[f"confidence.{source}"] = keypoints.confidence.astype(np.float32)
    if not first and arrays.keys() != parts.keys():
        odd = sorted(arrays.keys() ^ parts.keys())[0]
        raise DataFormatError(
            f"{recording.name}: expected the same sources of detections in every recording, {odd} is not in all"
        )
    for name, array in arrays.items():
        parts.setdefault(name, []).append(array)
