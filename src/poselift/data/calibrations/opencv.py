"""One camera of OpenCV's calibration: what `cv::FileStorage` writes as YAML or JSON, ROS's YAML, or plain JSON.

`camera_matrix` and `distortion_coefficients` under these or other usual names, `image_width` and `image_height`. It
says what the lens is, not where the camera stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.calibrations.calibration import Calibration, camera_of
from poselift.errors import DataFormatError

_MATRICES = ("camera_matrix", "cameraMatrix", "Camera_Matrix", "camera_mtx", "intrinsic_matrix", "mtx", "K", "matrix")
_LENSES = (
    *("distortion_coefficients", "Distortion_Coefficients", "dist_coeffs", "distCoeffs", "dist_coeff"),
    *("distortions", "distortion", "dist", "D"),
)
_WIDTHS, _HEIGHTS = ("image_width", "image_Width", "width", "w"), ("image_height", "image_Height", "height", "h")
_SIZES = ("image_size", "size", "img_size", "resolution")
_MATRIX = re.compile(
    r"^(?P<name>\w+)\s*:\s*(?:!!opencv-matrix)?\s*\n\s+rows\s*:\s*(?P<rows>\d+)\s*\n\s+cols\s*:\s*(?P<cols>\d+)\s*\n"
    r"(?:\s+dt\s*:\s*\S+\s*\n)?\s+data\s*:\s*\[(?P<data>[^\]]*)\]",
    re.M,
)
_NUMBER = re.compile(r"^(?P<name>\w+)\s*:\s*(?P<number>[-+.\deE]+)\s*$", re.M)
_FLAT = re.compile(r"^(?P<name>\w+)\s*:\s*\[(?P<data>[^\[\]]*)\]", re.M)


def recognises(path: Path, head: bytes) -> bool:
    """YAML or JSON that has a matrix under one of the names."""
    named = any(name.encode() in head for name in _MATRICES)
    return path.suffix.lower() in (".yml", ".yaml", ".json") and named


def read(path: Path) -> Calibration:
    """The camera of the file, of its name.

    Raises:
        DataFormatError: it cannot be read, or holds no matrix of a camera.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        held = json.loads(text) if path.suffix.lower() == ".json" else _yaml(text)
    except (OSError, ValueError, RecursionError) as error:
        raise DataFormatError(f"{path}: cannot be read ({error})", "check the file") from None
    if not isinstance(held, Mapping) or (matrix := _first(held, _MATRICES)) is None:
        raise DataFormatError(f"{path}: expected a camera_matrix, found none", "is it OpenCV's calibration?")
    matrix = np.reshape(matrix, (3, 3)) if np.size(_array(matrix, path)) == 9 else matrix
    width, height = _first(held, _WIDTHS), _first(held, _HEIGHTS)
    size = _first(held, _SIZES) if width is None or height is None else (width, height)
    camera = camera_of(str(path), matrix, _first(held, _LENSES), size, name=path.stem)
    return Calibration(path, (camera,), placed=False)


def _first(held: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """What stands under the first of the names; of OpenCV's matrices and ROS's, the numbers."""
    value = next((held[name] for name in names if name in held), None)
    return value["data"] if isinstance(value, Mapping) and "data" in value else value


def _array(value: Any, path: Path) -> np.ndarray:
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataFormatError(f"{path}: expected numbers as camera_matrix, found something else") from None


def _yaml(text: str) -> dict[str, Any]:
    """The matrices, flat lists and numbers at the top of the file, which is all that calibrations are made of."""
    held: dict[str, Any] = {match["name"]: float(match["number"]) for match in _NUMBER.finditer(text)}
    held |= {match["name"]: _numbers(match["data"]) for match in _FLAT.finditer(text)}
    for match in _MATRIX.finditer(text):
        numbers = _numbers(match["data"])
        if len(numbers) != int(match["rows"]) * int(match["cols"]):
            raise ValueError(
                f"{match['name']}: {len(numbers)} numbers in a matrix of {match['rows']} x {match['cols']}"
            )
        held[match["name"]] = numbers
    return held


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.replace("\n", " ").split(",") if number.strip()]
