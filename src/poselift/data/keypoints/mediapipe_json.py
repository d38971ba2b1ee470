"""MediaPipe's landmarks as JSON, as people dump them: 33 of `{"x": ..., "y": ..., "visibility": ...}` a person.

x and y are shares of the picture's width and height. A frame is the 33 landmarks of one person, or a list of people,
or an object that holds one of these as `pose_landmarks`, `landmarks` or `poses`, and may say its `timestamp_ms`. All
frames are a list, or stand under `frames`.
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
from poselift.skeleton.definitions import BLAZEPOSE_33

_FRAMES, _PEOPLE = "frames", ("pose_landmarks", "poseLandmarks", "landmarks", "poses")
_TIME = ("timestamp_ms", "timestamp")


def recognises(file: KeypointFile) -> bool:
    """Points with a visibility."""
    return file.is_json and not file.is_folder and b'"visibility"' in file.head and b'"x"' in file.head


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every frame.

    Raises:
        DataFormatError: a record is not what it should be, or nobody says the frame rate or the size of the image.
        NoPersonError: nobody is in any frame.
    """
    path, content = str(file.path), file.document
    size_px = said.size_px or _size_of(content)
    if size_px is None:
        raise DataFormatError(
            f"{path}: landmarks are shares of the picture, whose size it does not say",
            "--size 1920x1080, or --video FILE says it",
        )
    frames = listed(content[_FRAMES] if isinstance(content, dict) and _FRAMES in content else content, path)
    people = []
    for n, frame in enumerate(frames):
        where = f"{path}: frame {n}"
        for person in _people(frame, where):
            people.append(FoundPerson(n, f"frame {n}", _joints(person, size_px, where)))
    return detections_of_people(path, people, len(frames), said, time_s=_times(frames), size_px=size_px)


def _size_of(content: Any) -> tuple[int, int] | None:
    if isinstance(content, dict) and all(isinstance(content.get(side), int) for side in ("width", "height")):
        return content["width"], content["height"]
    return None


def _people(frame: Any, where: str) -> list[Any]:
    """The landmarks of each person in a frame."""
    if isinstance(frame, dict):
        name = next((name for name in _PEOPLE if name in frame), _PEOPLE[0])
        frame = frame.get(name)
        if isinstance(frame, dict):  # as protobuf writes it: {"landmark": [...]}
            frame = frame.get("landmark")
    if frame is None:
        return []
    people = listed(frame, where)
    return [people] if people and isinstance(people[0], dict) else people


def _joints(person: Any, size_px: tuple[int, int], where: str) -> Float[np.ndarray, "joints 3"]:
    points = listed(person, where)
    if len(points) != len(BLAZEPOSE_33):
        raise DataFormatError(f"{where}: expected {len(BLAZEPOSE_33)} landmarks, found {len(points)}")
    said = [[_of(point, name, where) for name in ("x", "y", "visibility")] for point in points]
    joints = numbers_of(said, where)
    joints[:, :2] *= size_px
    joints[:, 2] = joints[:, 2].clip(0, 1)
    return joints


def _of(point: Any, name: str, where: str) -> Any:
    if not isinstance(point, dict) or name not in point:
        entry(point, name, list, where)
    return point[name]


def _times(frames: list[Any]) -> np.ndarray | None:
    said = [next((f[name] for name in _TIME if name in f), None) if isinstance(f, dict) else None for f in frames]
    if len(said) < 2 or not all(isinstance(time, int | float) for time in said):
        return None
    return np.array(said, dtype=np.float64) / 1e3
