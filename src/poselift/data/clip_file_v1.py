"""Version 1 of our result files, which held one clip: what is different in them. Nothing writes it any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poselift.errors import DataFormatError
from poselift.skeleton import get_skeleton

FORMAT = "poselift-clip"
VERSION = 1


def upgraded(header: Mapping[str, Any]) -> dict[str, Any]:
    """The header as version 2 has it: the clip is track 1 of its footage.

    Times are not in it: frame i is taken at i / fps. In JSON they are, but rounded.

    Raises:
        DataFormatError: another version, or joints that are not those of the skeleton of that name.
        SkeletonError: no skeleton has that name.
    """
    if header["version"] != VERSION:
        raise DataFormatError(f"expected version {VERSION}, found {header['version']}", "pip install -U poselift")
    skeleton = get_skeleton(header["skeleton"])
    if list(skeleton.joints) != header["joints"]:
        raise DataFormatError(f"its joints are not those of skeleton {skeleton.name} here", "pip install -U poselift")
    track = {"id": 1, "first_frame": 0, "skeleton": skeleton.name, "dtypes": header.get("dtypes")}
    return {**header, "tracks": [track]}
