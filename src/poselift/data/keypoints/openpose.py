"""OpenPose: a folder with a file of JSON for each frame, `{"people": [{"pose_keypoints_2d": [x, y, c, ...]}]}`.

So do Pose2Sim, Sports2D and whoever else writes OpenPose's layout, with joints of their own: BODY_25, BODY_25B, COCO,
Halpe-26, whole bodies. A joint at (0, 0) of confidence 0 is missing. One file alone is a clip of one frame; a list of
such objects in one file is a clip too. `"version"` and the hands and faces of OpenPose are left aside.
"""

from __future__ import annotations

from typing import Any

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile, json_of
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.records import entry, frames_of, listed, triples
from poselift.data.keypoints.said import Said

# The older name comes second.
_JOINTS = ("pose_keypoints_2d", "pose_keypoints")


def recognises(file: KeypointFile) -> bool:
    """JSON with people in it."""
    return file.is_json and b'"people"' in file.head


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every frame. Frames are numbered by the files' names; numbers that are left out have nobody.

    Raises:
        DataFormatError: a file is not what it should be, two are of one frame, or nobody says the frame rate.
        NoPersonError: nobody is in any frame.
    """
    frames = _frames(file)
    people = []
    for frame, where, content in frames:
        record = where.removeprefix(f"{file.path}: ")
        for person in listed(entry(content, "people", list, where), where):
            people.append(FoundPerson(frame, record, triples(_joints(person, where), where), _track_id(person)))
    return detections_of_people(file.path, people, 1 + max((n for n, _, _ in frames), default=-1), said)


def _frames(file: KeypointFile) -> list[tuple[int, str, Any]]:
    """The number of each frame, what to call it, and what is in it."""
    if not file.is_folder:
        content = file.document
        if isinstance(content, list):
            return [(n, f"{file.path}: frame {n}", each) for n, each in enumerate(content)]
        return [(0, str(file.path), content)]
    parts = [part for part in file.parts if part.suffix.lower() == ".json"]
    numbers = frames_of([part.name for part in parts], file.path)
    return [(n, str(part), json_of(part)) for n, part in zip(numbers, parts, strict=True)]


def _joints(person: Any, where: str) -> Any:
    for name in _JOINTS:
        if isinstance(person, dict) and name in person:
            return entry(person, name, list, where)
    return entry(person, _JOINTS[0], list, where)


def _track_id(person: dict[str, Any]) -> Any:
    given = person.get("person_id")
    return given[0] if isinstance(given, list) and len(given) == 1 else None
