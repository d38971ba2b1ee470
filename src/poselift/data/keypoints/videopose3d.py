"""VideoPose3D's own videos: what its script of preparation writes, and Detectron's detections of one video before it.

Prepared: `positions_2d`, {video: {"custom": [(F, 17, 2)]}}, and `metadata` with the size of each video. Detectron:
`boxes` and `keypoints` of each frame, by class, (people, 4, 17) with x, y, a logit and a score in the second axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.npz import arrays_in, check_unpacked
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.said import Said
from poselift.data.unpickle import load_npz_objects
from poselift.errors import DataFormatError
from poselift.skeleton.definitions import COCO_17

_POSITIONS, _DETECTIONS, _ABOUT = "positions_2d", "keypoints", "metadata"


def recognises(file: KeypointFile) -> bool:
    """An .npz of positions, or of keypoints with boxes."""
    names = arrays_in(file)
    return _POSITIONS in names or {"boxes", _DETECTIONS} <= names


def read(file: KeypointFile, said: Said) -> Detections:
    """The one person of a prepared video, or the most certain one of each frame of Detectron's.

    Raises:
        DataFormatError: it is damaged, runs code, holds several videos, or nobody says the frame rate.
        NoPersonError: nobody is in any frame.
    """
    check_unpacked(file)
    if _POSITIONS in arrays_in(file):
        return _prepared(file, said)
    content, size_px = load_npz_objects(file.path, _DETECTIONS), _size_of(file)
    people = []
    for frame, by_class in enumerate(content):
        for person in _detected(by_class, f"{file.path}: frame {frame}"):
            people.append(FoundPerson(frame, f"frame {frame}", person))
    return detections_of_people(file.path, people, len(content), said, skeleton=COCO_17, size_px=size_px)


def _prepared(file: KeypointFile, said: Said) -> Detections:
    videos = load_npz_objects(file.path, _POSITIONS)
    if not isinstance(videos, dict) or len(videos) != 1:
        found = ", ".join(map(str, videos)) if isinstance(videos, dict) else type(videos).__name__
        raise DataFormatError(f"{file.path}: expected one video, found {found[:80]}", "prepare each video by itself")
    ((name, actions),) = videos.items()
    views = next(iter(actions.values()), None) if isinstance(actions, dict) else None
    try:
        joints = np.asarray(views[0], dtype=np.float64)  # type: ignore[index]
    except (TypeError, ValueError, IndexError, KeyError):
        raise DataFormatError(f"{file.path}: {name}: expected the joints of one camera") from None
    if joints.ndim != 3 or joints.shape[1:] not in ((17, 2), (17, 3)):
        raise DataFormatError(f"{file.path}: {name}: expected (frames, 17, 2), found {joints.shape}")
    if joints.shape[2] == 2:
        joints = np.concatenate([joints, np.isfinite(joints).all(axis=-1, keepdims=True)], axis=-1)
    people = [FoundPerson(frame, f"frame {frame}", person) for frame, person in enumerate(joints)]
    size_px = _size_of(file, name)
    return detections_of_people(file.path, people, len(joints), said, skeleton=COCO_17, size_px=size_px)


def _size_of(file: KeypointFile, video: str = "") -> tuple[int, int] | None:
    about: Any = load_npz_objects(file.path, _ABOUT) if _ABOUT in arrays_in(file) else None
    if isinstance(about, dict) and isinstance(about.get("video_metadata"), dict):
        about = about["video_metadata"].get(video)
    try:
        return int(about["w"]), int(about["h"])
    except (TypeError, KeyError, ValueError):
        return None


def _detected(by_class: Any, where: str) -> list[Float[np.ndarray, "joints 3"]]:
    """The most certain person of a frame: class 1 is a person."""
    try:
        people = np.asarray(by_class[1], dtype=np.float64)
    except (TypeError, ValueError, IndexError, KeyError):
        raise DataFormatError(f"{where}: expected the keypoints of each class") from None
    if people.size == 0:
        return []
    if people.ndim != 3 or people.shape[1:] != (4, 17):
        raise DataFormatError(f"{where}: expected (people, 4, 17), found {people.shape}")
    best = people[people[:, 3].mean(axis=1).argmax()]
    # The score is a share of a heat map: what is not at its border is seen.
    return [np.stack([best[0], best[1], np.clip(best[3], 0, 1)], axis=1)]
