"""A file of 2D keypoints in any format of the table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from poselift.data.detections import Detections
from poselift.data.keypoints import KEYPOINTS
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError, PoseliftError
from poselift.lookup import checked_name

_NOTHING_SAID = Said()


def recognised(path: Path | str) -> str | None:
    """The format of a file or folder by what it holds; None where it is not there or no format knows it."""
    path = Path(path)
    # Of a pipe, a look at its beginning would take it away.
    if not (path.is_file() or (path.is_dir() and any(path.iterdir()))):
        return None
    file = KeypointFile(path)
    return next((name for name in KEYPOINTS if _module(name).recognises(file)), None)


def read_keypoints(path: Path | str, keypoint_format: str | None = None, said: Said = _NOTHING_SAID) -> Detections:
    """The 2D joints that a file or a folder of files holds.

    Args:
        keypoint_format: a name of `KEYPOINTS`. Default: by what the file holds.
        said: what the file may not say itself, such as its frame rate.

    Raises:
        RecipeError: there is no such format.
        DataFormatError: no format knows the file, it breaks its format, or does not say what it must; the message
            names it.
        NoPersonError: it holds nobody.
    """
    if keypoint_format is not None:
        checked_name(KEYPOINTS, keypoint_format, "format of keypoints")
    file = KeypointFile(path)
    name = keypoint_format or recognised(path)
    if name is None:
        raise DataFormatError(
            f"{path}: not recognised as keypoints of any format", f"--format says which it is: {', '.join(KEYPOINTS)}"
        )
    try:
        found: Detections = _module(name).read(file, said)
        return found
    except PoseliftError as error:
        if str(path) in str(error):
            raise
        raise DataFormatError(f"{path}: {error}", error.hint) from None


def _module(name: str) -> ModuleType:
    return import_module(KEYPOINTS[name])
