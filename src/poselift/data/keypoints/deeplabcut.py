"""DeepLabCut and Lightning Pose: a table of csv whose first lines say scorer, bodyparts and coords.

Of several animals a line `individuals` is there too, and each has columns of its own. Body parts are told by their
names (`named_joints`); those that are no joints of a person are left aside. The first column is the frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.named_joints import skeleton_of_names
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.said import Said
from poselift.data.keypoints.table import numbers_in, rows_of, whole_frames
from poselift.errors import DataFormatError

_HEADER = ("scorer", "individuals", "bodyparts", "coords")
_HDF5 = b"\x89HDF\r\n"


def recognises(file: KeypointFile) -> bool:
    """A table that begins with `scorer`; or an .h5 file."""
    head = file.head.removeprefix(b"\xef\xbb\xbf")
    return not file.is_folder and (head.lstrip(b'"').startswith(b"scorer") or head.startswith(_HDF5))


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every frame; ids are the order of the individuals.

    Raises:
        DataFormatError: the table breaks its format, names no joints, or nobody says the frame rate; or it is HDF5.
        NoPersonError: no joint is seen.
    """
    if file.head.startswith(_HDF5):
        raise DataFormatError(
            f"{file.path}: HDF5 of pandas is not read",
            "DeepLabCut writes the same as .csv: save_as_csv=True",
        )
    rows = rows_of(file.path)
    header = {row[0].strip().lower(): row[1:] for row in rows[: len(_HEADER)] if row[0].strip().lower() in _HEADER}
    if "bodyparts" not in header or "coords" not in header:
        raise DataFormatError(f"{file.path}: line 2: expected the lines bodyparts and coords")
    columns = 1 + len(header["coords"])
    if len(header["bodyparts"]) + 1 != columns:
        raise DataFormatError(f"{file.path}: expected as many bodyparts as coords, found {len(header['bodyparts'])}")
    first_line = 1 + len(header)
    body, numbered = rows[len(header) :], _numbered(rows[len(header) :])
    values = numbers_in(body if numbered else [["0", *row[1:]] for row in body], columns, file.path, first_line)
    frames = whole_frames(values[:, 0], file.path, first_line) if numbered else list(range(len(values)))
    parts = [part.strip() for part in header["bodyparts"]]
    skeleton, joints = skeleton_of_names(parts, said, file.path)
    people = _people(values[:, 1:], frames, header, len(skeleton), [joints.get(part) for part in parts])
    return detections_of_people(file.path, people, 1 + max(frames, default=-1), said, skeleton=skeleton)


def _numbered(body: list[list[str]]) -> bool:
    """Whether the first column counts frames; of labelled images it holds their names."""
    return bool(body) and body[0][0].strip().isdigit()


def _people(
    values: np.ndarray,
    frames: list[int],
    header: dict[str, list[str]],
    n_joints: int,
    joint_of_column: Sequence[int | None],
) -> list[FoundPerson]:
    who = header.get("individuals", [""] * len(joint_of_column))
    people = []
    for track_id, individual in enumerate(dict.fromkeys(who), start=1):
        seen = np.zeros((len(values), n_joints, 3))
        for column, (name, joint, coord) in enumerate(zip(who, joint_of_column, header["coords"], strict=True)):
            channel = {"x": 0, "y": 1, "likelihood": 2}.get(coord.strip().lower())
            if name == individual and joint is not None and channel is not None:
                seen[:, joint, channel] = values[:, column]
        there = np.asarray((np.isfinite(seen).all(axis=-1) & (seen[..., 2] > 0)).any(axis=1))
        people += [
            FoundPerson(frame, f"frame {frame}", person, track_id)
            for frame, person, is_there in zip(frames, seen, there, strict=True)
            if is_there
        ]
    return people
