"""`cameras.h5` of 3d-pose-baseline, which lcn-pose takes over: the calibration of Human3.6M.

`subject1/camera1` and so on hold `R` (3, 3), stored transposed, `T` (3, 1) in mm with X_cam = R (X - T), `f` and `c`
(2, 1) and the distortions `k` (3, 1) and `p` (2, 1), and `Name`, the codes of the serial number's characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.readers.h36m.tables import CAMERAS, measured_camera
from poselift.errors import DataFormatError, MissingExtraError
from poselift.geometry.camera import Camera


def read_cameras_h5(path: Path) -> dict[tuple[str, int], Camera]:
    """Cameras by subject, such as "S1", and their number from 1 to 4.

    Raises:
        DataFormatError: the file cannot be read, or a camera lacks a value; the message names the camera.
        MissingExtraError: h5py is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise MissingExtraError("h5py", "h36m") from None
    try:
        with h5py.File(path, "r") as file:
            stored = {
                (f"S{subject.removeprefix('subject')}", int(camera.removeprefix("camera"))): {
                    name: np.asarray(array) for name, array in values.items()
                }
                for subject, cameras in file.items()
                if subject.startswith("subject")
                for camera, values in cameras.items()
            }
    except (OSError, AttributeError, RuntimeError, ValueError, TypeError) as error:
        raise DataFormatError(f"{path}: not a cameras.h5 of 3d-pose-baseline ({error})") from None
    if not stored:
        raise DataFormatError(f"{path}: expected subject1/camera1 and so on, found none of them")
    return {key: _camera(values, key, f"{path}: {key[0]}, camera {key[1]}") for key, values in stored.items()}


def _camera(values: Mapping[str, Any], key: tuple[str, int], where: str) -> Camera:
    try:
        name = "".join(map(chr, np.ravel(values["Name"])))
        if key[1] not in range(1, len(CAMERAS) + 1) or name != CAMERAS[key[1] - 1]:
            raise DataFormatError(f"{where}: expected the cameras {', '.join(CAMERAS)} in this order, found {name!r}")
        lens = {"focal_px": values["f"], "center_px": values["c"]}
        return measured_camera(name, values, **lens, rotation=values["R"].T)
    except KeyError as error:
        raise DataFormatError(f"{where}: found no {error.args[0]}") from None
    except DataFormatError:
        raise
    except (TypeError, ValueError) as error:
        raise DataFormatError(f"{where}: {error}") from None
