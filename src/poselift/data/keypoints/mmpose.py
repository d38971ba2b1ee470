"""MMPose: what its inferencer and its demos write, of an image or of a video.

`{"instance_info": [{"frame_id": 1, "instances": [{"keypoints": [[x, y], ...], "keypoint_scores": [...]}]}]}`
of a video, the list alone too; of an image, the list of instances alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.records import entry, listed, numbers_of
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError
from poselift.skeleton.definitions import H36M_17


def recognises(file: KeypointFile) -> bool:
    """Joints with scores beside them, or frames with instances."""
    words = (b'"keypoint_scores"', b'"instance_info"', b'"instances"')
    return file.is_json and not file.is_folder and any(word in file.head for word in words)


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every frame.

    Raises:
        DataFormatError: a record is not what it should be, or nobody says the frame rate.
        NoPersonError: nobody is in any frame.
    """
    content, path = file.document, str(file.path)
    frames = _frames(content, path)
    people = []
    for frame, record, instances in frames:
        for person in instances:
            joints = _joints(person, f"{path}: {record}")
            people.append(FoundPerson(frame, record, joints, person.get("track_id", person.get("instance_id"))))
    skeleton = H36M_17 if _is_h36m(content) else None
    return detections_of_people(path, people, 1 + max((n for n, _, _ in frames), default=-1), said, skeleton=skeleton)


def _frames(content: Any, path: str) -> list[tuple[int, str, list[Any]]]:
    """The number of each frame, what to call it, and who is in it."""
    listing = entry(content, "instance_info", list, path) if isinstance(content, dict) else listed(content, path)
    if listing and isinstance(listing[0], dict) and "instances" not in listing[0]:
        return [(0, "its image", listing)]
    frames = []
    for n, record in enumerate(listing):
        number = record.get("frame_id", n) if isinstance(record, dict) else n
        if not isinstance(number, int) or number < 0:
            raise DataFormatError(f"{path}: record {n}: expected a frame_id of 0 or more, found {str(number)[:40]!r}")
        frames.append((number, f"frame_id {number}", entry(record, "instances", list, f"{path}: record {n}")))
    numbers = [number for number, _, _ in frames]
    if len(set(numbers)) < len(numbers):
        raise DataFormatError(f"{path}: a frame_id is there twice")
    # Demos count from 1.
    first = min(1, min(numbers, default=0))
    return [(number - first, record, people) for number, record, people in frames]


def _joints(person: Any, where: str) -> Float[np.ndarray, "joints 3"]:
    places = numbers_of(entry(person, "keypoints", list, where), where)
    scores = numbers_of(entry(person, "keypoint_scores", list, where), where)
    if places.ndim == 3 and len(places) == 1:
        places, scores = places[0], scores[0] if scores.ndim == 2 else scores
    if places.ndim != 2 or places.shape[1] < 2 or scores.shape != places.shape[:1]:
        raise DataFormatError(f"{where}: expected x and y, and a score, of each joint, found {places.shape}")
    return np.concatenate([places[:, :2], scores[:, None]], axis=1)


def _is_h36m(content: Any) -> bool:
    about = content.get("meta_info") if isinstance(content, dict) else None
    return isinstance(about, dict) and str(about.get("dataset_name", "")).lower().startswith("h36m")
