"""Recordings of Human3.6M, and the store of them: what is special about this data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.tables import ACTION_NUMBERS, FAULTY_TAKES, FPS, SPLITS, Take, recording_name
from poselift.data.readers.recordings import FAULTY, Recording, recordings_store
from poselift.data.store import DatasetStore
from poselift.errors import DataFormatError, RecipeError
from poselift.geometry.camera import Camera
from poselift.skeleton import H36M_17


def h36m_recording(
    take: Take,
    camera: Camera,
    joints_cam_mm: Float[np.ndarray, "frames joints 3"],
    detections: Mapping[str, Keypoints] | None = None,
    frame_numbers: Int[np.ndarray, " frames"] | None = None,
    fps: float = FPS,
) -> Recording:
    """What a camera, whose name is its serial number, saw of a take: Human3.6M-17 joints (F, 17, 3)."""
    return Recording(
        name=recording_name(take, camera.name),
        subject=take.subject,
        action=take.action,
        take=str(take.number),
        camera=camera,
        joints_cam_mm=joints_cam_mm,
        fps=fps,
        detections=detections or {},
        frame_numbers=frame_numbers,
        tags=(FAULTY,) if take in FAULTY_TAKES else (),
    )


def h36m_store(
    recordings: Iterable[Recording], *, val_subjects: Sequence[str] = ("S8",), about: Mapping[str, Any]
) -> DatasetStore:
    """Recordings in their order as one store, see `recordings_store`; each subject has its split.

    Raises:
        RecipeError: a validation subject is none of the training set.
        DataFormatError: a recording is of an unknown subject, or as for `recordings_store`.
    """
    splits = _splits(val_subjects)
    expected = {"actions": list(ACTION_NUMBERS), "subjects": splits}
    return recordings_store(_with_splits(recordings, splits), H36M_17, about={**about, **expected})


def _splits(val_subjects: Sequence[str]) -> dict[str, str]:
    unknown = [subject for subject in val_subjects if subject not in SPLITS["train"]]
    if unknown:
        raise RecipeError(f"{unknown[0]} is no training subject", f"known: {', '.join(SPLITS['train'])}")
    of_subject = {subject: split for split, subjects in SPLITS.items() for subject in subjects}
    return {**of_subject, **dict.fromkeys(val_subjects, "val")}


def _with_splits(recordings: Iterable[Recording], splits: Mapping[str, str]) -> Iterator[Recording]:
    for recording in recordings:
        subject = recording.subject
        if subject not in splits:
            raise DataFormatError(f"{recording.name}: unknown subject {subject}", f"known: {', '.join(splits)}")
        yield replace(recording, split=splits[subject])
