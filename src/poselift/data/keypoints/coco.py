"""COCO keypoints: results, `[{"image_id": 12, "keypoints": [x, y, c, ...], "score": ...}]`, and annotations,
`{"images": [...], "annotations": [{"image_id": 12, "keypoints": [x, y, v, ...]}], ...}`.

In annotations v says 0 for what is not labelled, 1 for what is hidden, 2 for what is seen. Images are frames, in the
order of the numbers in their names, or of their ids.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.records import entry, frames_of, listed, triples
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError

_NUMBERED_IMAGE = re.compile(rb'"image_id"\s*:\s*-?\d')
# How sure an annotation is of what is not labelled, hidden and seen.
_SURE = np.array([0.0, 0.5, 1.0])


def recognises(file: KeypointFile) -> bool:
    """People under the numbers of images, or lists of images and annotations."""
    if not file.is_json or file.is_folder:
        return False
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return bool(_NUMBERED_IMAGE.search(file.head)) and b'"keypoints"' in file.head
    return any(word in file.head for word in (b'"annotations"', b'"images"')) and b'"instance_info"' not in file.head


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every image.

    Raises:
        DataFormatError: a record is not what it should be, or nobody says the frame rate.
        NoPersonError: nobody is in any image.
    """
    content, path = file.document, str(file.path)
    annotated = isinstance(content, dict)
    records = entry(content, "annotations", list, path) if annotated else listed(content, path)
    frames, size_px = _images(content, path) if annotated else (_by_id(records, path), None)
    people = []
    for n, record in enumerate(records):
        where = f"{path}: record {n}"
        joints, image = triples(entry(record, "keypoints", list, where), where), entry(record, "image_id", int, where)
        if image not in frames:
            raise DataFormatError(f"{where}: expected an image of the file, found {image}")
        if annotated:
            joints = np.concatenate([joints[:, :2], _sure(joints[:, 2:], where)], axis=1)
        people.append(FoundPerson(frames[image], f"record {n}", joints, record.get("track_id")))
    return detections_of_people(path, people, 1 + max(frames.values(), default=-1), said, size_px=size_px)


def _by_id(records: list[Any], path: str) -> dict[int, int]:
    ids = [entry(record, "image_id", int, f"{path}: record {n}") for n, record in enumerate(records)]
    return dict(zip(ids, frames_of(ids, path), strict=True))


def _images(content: dict[str, Any], path: str) -> tuple[dict[int, int], tuple[int, int] | None]:
    """The frame of each image id, and the size that all images have."""
    images = entry(content, "images", list, path)
    ids = [entry(image, "id", int, f"{path}: image {n}") for n, image in enumerate(images)]
    names = [image.get("file_name") for image in images]
    by_name = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
    frames = frames_of(names if by_name else ids, path)
    sides = [[image.get(side) for side in ("width", "height")] for image in images]
    sizes = {tuple(side for side in each if isinstance(side, int)) for each in sides}
    size_px = sizes.pop() if len(sizes) == 1 else ()
    return dict(zip(ids, frames, strict=True)), size_px if len(size_px) == 2 else None


def _sure(flags: np.ndarray, where: str) -> np.ndarray:
    if not np.isin(flags, (0, 1, 2)).all():
        raise DataFormatError(f"{where}: expected 0, 1 or 2 after x and y of each joint, as annotations have it")
    sure: np.ndarray = _SURE[flags.astype(int)]
    return sure
