"""Ultralytics YOLO pose as text: a file for each frame, `name_12.txt`, with a line for each person.

`class x y w h px py [v] px py [v] ... [confidence] [track id]`, everything but v, confidence and id in shares of the
picture. A frame without people has no file, or an empty one.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.layouts import LAYOUTS
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.records import frames_of
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError

_LINE = re.compile(rb"^\d+( -?[\d.]+(e-?\d+)?){10,}\s*$", re.IGNORECASE)
_BOX, _LONGEST_LINE = 5, 100_000


def recognises(file: KeypointFile) -> bool:
    """Text files whose first lines are numbers alone, and enough of them."""
    if file.suffix != ".txt":
        return False
    lines = (_head(part).partition(b"\n")[0] for part in file.parts[:100] if part.suffix.lower() == ".txt")
    return bool(_LINE.match(next((line for line in lines if line.strip()), b"")))


def _head(path: Path) -> bytes:
    with open(path, "rb") as opened:
        return opened.read(4096)


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every frame.

    Raises:
        DataFormatError: a line is not what it should be, or nobody says the frame rate or the size of the image.
        NoPersonError: nobody is in any frame.
    """
    if said.size_px is None:
        raise DataFormatError(
            f"{file.path}: its numbers are shares of the picture, whose size it does not say",
            "--size 1920x1080, or --video FILE says it",
        )
    parts = [part for part in file.parts if part.suffix.lower() == ".txt"]
    frames = frames_of([part.name for part in parts], file.path)
    people = []
    for frame, part in zip(frames, parts, strict=True):
        for n, line in enumerate(_lines(part), start=1):
            where = f"{part.name}: line {n}"
            joints, track_id = _person(line, f"{file.path}: {where}")
            joints[:, :2] *= said.size_px
            people.append(FoundPerson(frame, where, joints, track_id))
    return detections_of_people(file.path, people, 1 + max(frames, default=-1), said)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})", "check the path") from None
    except UnicodeDecodeError:
        raise DataFormatError(f"{path}: no text") from None
    return [line for line in text.splitlines() if line.strip()]


def _person(line: str, where: str) -> tuple[Float[np.ndarray, "joints 3"], int | None]:
    """The joints of a line, in shares of the picture, and the id if there is one."""
    try:
        numbers = np.array(line[:_LONGEST_LINE].split(), dtype=np.float64)[_BOX:]
    except ValueError:
        raise DataFormatError(f"{where}: expected numbers alone, found {line[:40]!r}") from None
    for channels in (3, 2):
        # After the joints there may be a confidence of the box, and after it an id.
        joints, more = divmod(len(numbers), channels)
        if joints in LAYOUTS and more <= min(2, channels - 1):
            places = numbers[: joints * channels].reshape(joints, channels)
            if channels == 2:
                places = np.concatenate([places, (places != 0).any(axis=1, keepdims=True)], axis=1)
            places[(places[:, :2] == 0).all(axis=1), 2] = 0
            return places, int(numbers[-1]) if more == 2 else None
    known = ", ".join(map(str, LAYOUTS))
    raise DataFormatError(f"{where}: expected {known} joints after the box, found {len(numbers)} numbers")
