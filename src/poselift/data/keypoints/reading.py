"""A file of 2D keypoints in any format of the table."""

from __future__ import annotations

from pathlib import Path

from poselift.data.detections import Detections
from poselift.data.keypoints import KEYPOINTS, recognised
from poselift.errors import DataFormatError, PoseliftError
from poselift.lookup import checked_name, look_up


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
