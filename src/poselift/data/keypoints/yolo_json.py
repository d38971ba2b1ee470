"""Ultralytics YOLO pose: what `results.to_json()` gives, of one image or a list of such lists, one for each frame.

A person is `{"name": "person", "keypoints": {"x": [...], "y": [...], "visible": [...]}, "track_id": ...}`.
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


def recognises(file: KeypointFile) -> bool:
    """Joints whose x, y and visibility are lists of their own."""
    words = (b'"keypoints"', b'"x"', b'"visible"')
    return file.is_json and not file.is_folder and all(word in file.head for word in words)


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every frame.

    Raises:
        DataFormatError: a record is not what it should be, or nobody says the frame rate.
        NoPersonError: nobody is in any frame.
    """
    path = str(file.path)
    content = listed(file.document, path)
    frames = content if any(isinstance(each, list) for each in content) else [content]
    people = []
    for n, frame in enumerate(frames):
        where = f"{path}: frame {n}"
        for person in listed(frame, where):
            people.append(FoundPerson(n, f"frame {n}", _joints(person, where), person.get("track_id")))
    return detections_of_people(path, people, len(frames), said)


def _joints(person: Any, where: str) -> Float[np.ndarray, "joints 3"]:
    held = entry(person, "keypoints", dict, where)
    columns = [numbers_of(entry(held, name, list, where), where) for name in ("x", "y")]
    columns.append(
        numbers_of(entry(held, "visible", list, where), where) if "visible" in held else columns[0] * 0 + 1
    )
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise DataFormatError(f"{where}: expected as many x as y and visible, found {[c.size for c in columns]}")
    joints = np.stack(columns, axis=1)
    # What is not found is written at the picture's corner.
    joints[(joints[:, :2] == 0).all(axis=1), 2] = 0
    return joints
