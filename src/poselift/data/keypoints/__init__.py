"""Files of 2D keypoints, of whatever detector: one file of code for each format."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from poselift.data.detections import Detections
from poselift.errors import DataFormatError, PoseliftError
from poselift.lookup import checked_name, look_up


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


def read_keypoints(path: Path | str, keypoint_format: str | None = None) -> Detections:
    """The 2D joints that a file holds.

    Args:
        keypoint_format: a name of `KEYPOINTS`. Default: by the ending of the file's name.

    Raises:
        RecipeError: there is no such format.
        DataFormatError: no format is known for the name, or the file breaks its format; the message names it.
    """
    path = Path(path)
    name = keypoint_format or recognised(path)
    if name is None:
        endings = ", ".join(ending for row in KEYPOINTS.values() for ending in row.endings)
        raise DataFormatError(f"{path}: expected a name that ends in {endings}", "say which format it is")
    checked_name(KEYPOINTS, name, "format of keypoints")
    if not path.exists():
        raise DataFormatError(f"{path}: no such file", "check the path")
    try:
        found: Detections = look_up({name: KEYPOINTS[name].reader}, name, "format of keypoints")(path)
        return found
    except PoseliftError as error:
        if str(path) in str(error):
            raise
        raise DataFormatError(f"{path}: {error}", error.hint) from None
