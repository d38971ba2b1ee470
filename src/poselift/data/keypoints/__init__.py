"""Files of 2D keypoints, of whatever detector: one file of code for each format."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class KeypointFormat(NamedTuple):
    """A row of `KEYPOINTS`.

    Attributes:
        reader: "module:function", which takes the path of a file and gives its detections; imported when used.
        endings: of the names that such files have.
    """

    reader: str
    endings: tuple[str, ...]


KEYPOINTS: dict[str, KeypointFormat] = {
    "poselift": KeypointFormat("poselift.data.keypoints.own:read_own", (".npz", ".json")),
}


def recognised(path: Path) -> str | None:
    """The format of a file by the ending of its name; None where no format has it."""
    return next((name for name, row in KEYPOINTS.items() if path.suffix.lower() in row.endings), None)
