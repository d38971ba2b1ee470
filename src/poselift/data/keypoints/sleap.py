"""SLEAP: the csv of its analyses, `track,frame_idx,instance.score,nose.x,nose.y,nose.score,...`."""

from __future__ import annotations

import numpy as np

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.named_joints import skeleton_of_names
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.said import Said
from poselift.data.keypoints.table import numbers_in, rows_of, whole_frames
from poselift.errors import DataFormatError

_FRAME, _TRACK = "frame_idx", "track"


def recognises(file: KeypointFile) -> bool:
    """A table with a column `frame_idx` and columns of joints."""
    first = file.head.partition(b"\n")[0]
    return not file.is_folder and b"frame_idx" in first and b".x" in first


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every frame; ids are the order in which tracks come first.

    Raises:
        DataFormatError: the table breaks its format, names no joints, or nobody says the frame rate.
        NoPersonError: no joint is seen.
    """
    header, *body = rows_of(file.path)
    header = [cell.strip() for cell in header]
    if _FRAME not in header:
        raise DataFormatError(f"{file.path}: line 1: expected a column {_FRAME}")
    track = header.index(_TRACK) if _TRACK in header else None
    tracks = [row[track].strip() if track is not None and track < len(row) else "" for row in body]
    known = {name: n for n, name in enumerate(dict.fromkeys(filter(None, tracks)), start=1)}
    plain = [[cell if n != track else "0" for n, cell in enumerate(row)] for row in body]
    values = numbers_in(plain, len(header), file.path, 2)
    frames = whole_frames(values[:, header.index(_FRAME)], file.path, 2)
    nodes = [name.removesuffix(".x") for name in header if name.endswith(".x")]
    skeleton, joints = skeleton_of_names(nodes, said, file.path)
    columns = {name: n for n, name in enumerate(header)}
    people = []
    for row, frame, name in zip(values, frames, tracks, strict=False):
        seen = np.zeros((len(skeleton), 3))
        for node, joint in joints.items():
            x, y, score = (columns.get(f"{node}.{part}") for part in ("x", "y", "score"))
            if x is not None and y is not None:
                seen[joint] = row[x], row[y], 1 if score is None else row[score]
        people.append(FoundPerson(frame, f"frame {frame}", seen, known.get(name)))
    return detections_of_people(file.path, people, 1 + max(frames, default=-1), said, skeleton=skeleton)
