"""Calibrations of any format of the table, told by what the file holds."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from poselift.data.calibrations import CALIBRATIONS
from poselift.data.calibrations.calibration import Calibration
from poselift.errors import DataFormatError

_HEAD_BYTES = 65_536


def read_calibration(path: Path | str) -> Calibration:
    """The cameras of a file or a folder.

    Raises:
        DataFormatError: it cannot be read, or is of no format of `CALIBRATIONS`.
    """
    path = Path(path)
    try:
        if path.is_dir():
            head = b""
        else:
            with open(path, "rb") as file:
                head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})", "check the path") from None
    for name in CALIBRATIONS:
        module = _module(name)
        if module.recognises(path, head):
            found: Calibration = module.read(path)
            return found
    raise DataFormatError(
        f"{path}: expected calibrated cameras ({', '.join(CALIBRATIONS)}), found something else",
        "OpenCV's YAML or JSON, TOML of Pose2Sim, Sports2D, anipose, caliscope, Qualisys' .qca.txt, COLMAP's folder",
    )


def _module(name: str) -> Any:
    return importlib.import_module(CALIBRATIONS[name])
