"""AlphaPose's `alphapose-results.json`, in its three layouts.

Its own: a flat list of people, `{"image_id": "12.jpg", "keypoints": [x, y, c, ...], "score": ..., "idx": ...}`,
several of an image. `--format cmu`: `{"12.jpg": {"bodies": [{"joints": [...]}]}}`. `--format open`: the same with
`people` and `pose_keypoints_2d`. The order of images is that of the numbers in their names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.records import an_object, entry, frames_of, triples
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
        found = _flat(content, str(file.path))
        images = [each.image for each in found]
    else:
        found = _by_image(an_object(content, str(file.path)), str(file.path))
        images = list(content)
    frames = dict(zip(images, frames_of(images, file.path), strict=True))
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


def _by_image(content: Mapping[str, Any], path: str) -> list[_Found]:
    found = []
    for image, record in content.items():
        where = f"{path}: {image}"
        cmu = "bodies" in an_object(record, where)
        people, name = ("bodies", "joints") if cmu else ("people", "pose_keypoints_2d")
        for person in entry(record, people, list, where):
            found.append(_Found(image, where, entry(person, name, list, where), _innermost(person.get("idx"))))
    return found


def _innermost(track_id: Any) -> Any:
    """Ids are sometimes in lists of lists."""
    while isinstance(track_id, list) and len(track_id) == 1:
        track_id = track_id[0]
    return None if isinstance(track_id, list) else track_id
