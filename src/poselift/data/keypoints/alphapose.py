"""AlphaPose's `alphapose-results.json`, in its three layouts.

Its own: a flat list of people, `{"image_id": "12.jpg", "keypoints": [x, y, c, ...], "score": ..., "idx": ...}`,
several of an image. `--format cmu`: `{"12.jpg": {"bodies": [{"joints": [...]}]}}`. `--format open`: the same with
`people` and `pose_keypoints_2d`. The order of images is that of the numbers in their names.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.records import entry, frames_of, listed, triples
from poselift.data.keypoints.said import Said

_NAMED_IMAGE = re.compile(rb'"image_id"\s*:\s*"')
_BY_IMAGE = re.compile(rb'^\s*\{\s*"[^"]+\.(?:jpe?g|png|bmp)"\s*:', re.IGNORECASE)


class _Found(NamedTuple):
    image: str
    where: str
    joints: Any
    track_id: Any


def recognises(file: KeypointFile) -> bool:
    """People under the names of images."""
    return file.is_json and not file.is_folder and bool(_NAMED_IMAGE.search(file.head) or _BY_IMAGE.match(file.head))


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every image.

    Raises:
        DataFormatError: a record is not what it should be, or nobody says the frame rate.
        NoPersonError: nobody is in any image.
    """
    content = file.document
    if isinstance(content, list):
        found, images = _flat(content, str(file.path)), None
    else:
        found, images = _by_image(content, str(file.path)), list(content)
    named = images if images is not None else [each.image for each in found]
    frames = dict(zip(named, frames_of(named, file.path), strict=True))
    people = [
        FoundPerson(frames[each.image], each.image, triples(each.joints, each.where), each.track_id) for each in found
    ]
    return detections_of_people(file.path, people, 1 + max(frames.values(), default=-1), said)


def _flat(content: list[Any], path: str) -> list[_Found]:
    found = []
    for n, record in enumerate(content):
        where = f"{path}: record {n}"
        image, joints = entry(record, "image_id", str, where), entry(record, "keypoints", list, where)
        found.append(_Found(image, where, joints, _innermost(record.get("idx"))))
    return found


def _by_image(content: Any, path: str) -> list[_Found]:
    found = []
    for image, record in content.items() if isinstance(content, dict) else ():
        where = f"{path}: {image}"
        people, name = ("bodies", "joints") if "bodies" in record else ("people", "pose_keypoints_2d")
        for person in listed(entry(record, people, list, where), where):
            found.append(_Found(image, where, entry(person, name, list, where), _innermost(person.get("idx"))))
    return found


def _innermost(track_id: Any) -> Any:
    """Ids are sometimes in lists of lists."""
    while isinstance(track_id, list) and len(track_id) == 1:
        track_id = track_id[0]
    return None if isinstance(track_id, list) else track_id
