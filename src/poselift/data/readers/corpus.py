"""Folders of motion capture to one dataset store."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from poselift.data.readers.mocap import MocapClip, read_mocap
from poselift.data.splits import split_by_take
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError, ShapeError
from poselift.skeleton import H36M_17

MOST_FPS = 60.0


def mocap_files(folders: Sequence[Path]) -> list[Path]:
    """The BVH and AMC files below some folders, in the order of their names.

    Raises:
        DataFormatError: a folder is missing, or there is no such file below any of them.
    """
    for folder in folders:
        if not folder.is_dir():
            raise DataFormatError(f"{folder}: expected a folder", "name the folder of unpacked .bvh or .amc files")
    found = [p for folder in folders for p in sorted(folder.rglob("*")) if p.suffix.lower() in (".bvh", ".amc")]
    if not found:
        names = ", ".join(map(str, folders))
        raise DataFormatError(f"{names}: expected .bvh or .amc files, found none", "unpack the corpus first")
    return found


def prepare_mocap(
    folders: Sequence[Path], *, fps: float = MOST_FPS, on_file: Callable[[int], None] = lambda done: None
) -> DatasetStore:
    """All takes below some folders as one store of Human3.6M-17 joints, split by take.

    Args:
        fps: the most frames per second to keep; faster takes keep every second frame, every third and so on.
        on_file: called with the number of files read.

    Raises:
        DataFormatError: a file breaks its format; the message names file and line.
        ShapeError: `fps` is not positive.
    """
    if not (np.isfinite(fps) and fps > 0):
        raise ShapeError(f"fps: expected a positive number, got {fps}")
    clips: list[ClipInfo] = []
    joints: list[np.ndarray] = []
    start = 0
    for path in mocap_files(folders):
        take = read_mocap(path)
        step = max(1, round(take.fps / fps))
        joints.append(take.joints_world_mm[::step].astype(np.float32))
        name = f"{path.parent.name}/{path.stem}"
        clips.append(_clip_info(name, take, start, len(joints[-1]), take.fps / step))
        start += len(joints[-1])
        on_file(len(clips))
    about = {
        "source": "motion capture in BVH and ASF/AMC files",
        "joints": "Human3.6M-17 by poselift.data.readers.mocap",
        "citation": "CMU clips: mocap.cs.cmu.edu, created with funding from NSF EIA-0196217",
    }
    store = DatasetStore(H36M_17, tuple(clips), {"joints_world_mm": np.concatenate(joints)}, about)
    return split_by_take(store)


def _clip_info(name: str, take: MocapClip, start: int, length: int, fps: float) -> ClipInfo:
    """Subject and action by the customs of the CMU corpora: `SUBJECT_TAKE`, or `action_NUMBER_split`."""
    numbered = re.fullmatch(r"(\d+)_\d+", take.name)
    words = re.match(r"[A-Za-z]+(?:_[A-Za-z]+)*(?=_\d|$)", take.name)
    action = numbered[1] if numbered else words[0] if words else take.name
    subject = numbered[1] if numbered else "unknown"
    return ClipInfo(name, subject, action, start, length, fps)
