"""COLMAP's sparse model as text: a folder with `cameras.txt` and perhaps `images.txt`, or `cameras.txt` alone.

After COLMAP's documentation, "Output Format" and "Camera Models". Each image is a camera that stands where it was
taken, with the image's name; without images, lenses alone. A model has no unit, and no direction that is up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import numpy as np

from poselift.data.calibrations.calibration import Calibration, camera_of
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera

_Lens: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]

# Model -> where focal lengths, centre and k1, k2, p1, p2, k3 to k6 are in its parameters.
_MODELS: dict[str, tuple[tuple[int, int], tuple[int, int], tuple[int, ...]]] = {
    "SIMPLE_PINHOLE": ((0, 0), (1, 2), ()),
    "PINHOLE": ((0, 1), (2, 3), ()),
    "SIMPLE_RADIAL": ((0, 0), (1, 2), (3,)),
    "RADIAL": ((0, 0), (1, 2), (3, 4)),
    "OPENCV": ((0, 1), (2, 3), (4, 5, 6, 7)),
    "FULL_OPENCV": ((0, 1), (2, 3), (4, 5, 6, 7, 8, 9, 10, 11)),
}
_CAMERAS, _IMAGES, _UNIT_MM = "cameras.txt", "images.txt", 1000.0


def recognises(path: Path, head: bytes) -> bool:
    """The folder, or a file whose lines are cameras."""
    if path.is_dir():
        return (path / _CAMERAS).is_file() or (path / "cameras.bin").is_file()
    return path.suffix == ".txt" and any(f" {model} ".encode() in head for model in (*_MODELS, "OPENCV_FISHEYE"))


def read(path: Path) -> Calibration:
    """Its images, or, where there are none, its cameras.

    Raises:
        DataFormatError: a file is not what it should be, is binary, or a lens is not known here.
    """
    folder = path if path.is_dir() else path.parent
    cameras_file = folder / _CAMERAS if path.is_dir() else path
    if not cameras_file.is_file():
        raise DataFormatError(
            f"{path}: expected {_CAMERAS}, found a binary model",
            "colmap model_converter --output_type TXT makes text of it",
        )
    lenses = dict(_lens(cameras_file, number, words) for number, words in _lines(cameras_file))
    if not lenses:
        raise DataFormatError(f"{cameras_file}: expected cameras, found none")
    images_file = folder / _IMAGES
    if path.is_dir() and images_file.is_file():
        # Every second line holds the points of the image before.
        images = [_placed(images_file, n, words, lenses) for n, words in _lines(images_file)[::2]]
        if images:
            return Calibration(path, tuple(images), metric=False)
    cameras = tuple(_camera(lens, f"{cameras_file}: camera {key}", key) for key, lens in lenses.items())
    return Calibration(path, cameras, placed=False)


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """The words of each line that is no comment, with its number. A line may be empty: an image without points."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataFormatError(f"{path}: cannot be read ({error})", "check the file") from None
    kept = [(number, line.split()) for number, line in enumerate(lines, start=1) if not line.startswith("#")]
    return [each for each in kept if each[1]] if path.name == _CAMERAS else kept


def _lens(path: Path, number: int, words: list[str]) -> tuple[str, _Lens]:
    """The matrix, coefficients and size of a camera, under its id."""
    where = f"{path}: line {number}"
    if len(words) < 5:
        raise DataFormatError(f"{where}: expected an id, a model, a size and parameters")
    model = words[1]
    if model not in _MODELS:
        raise DataFormatError(f"{where}: expected a model of {', '.join(_MODELS)}, found {model[:40]}", "use OPENCV")
    focal, center, lens = _MODELS[model]
    values = _floats(words[2:], where)
    size, parameters = values[:2], values[2:]
    expected = 1 + max(*focal, *center, *lens)
    if len(parameters) != expected:
        raise DataFormatError(f"{where}: expected {expected} parameters of {model}, found {len(parameters)}")
    matrix = np.eye(3)
    matrix[[0, 1], [0, 1]] = parameters[list(focal)]
    matrix[:2, 2] = parameters[list(center)]
    return words[0], (matrix, np.concatenate([parameters[list(lens)], np.zeros(8 - len(lens))]), size)


def _placed(path: Path, number: int, words: list[str], lenses: dict[str, _Lens]) -> Camera:
    """IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME."""
    where = f"{path}: line {number}"
    if len(words) < 10 or words[8] not in lenses:
        raise DataFormatError(f"{where}: expected an image with its place, a camera of {_CAMERAS} and a name")
    numbers = _floats(words[1:8], where)
    quaternion, translation = numbers[:4], numbers[4:]
    length = np.linalg.norm(quaternion)
    if not 0.9 < length < 1.1:
        raise DataFormatError(f"{where}: expected a rotation as a quaternion of length 1, found {length:.3g}")
    name = " ".join(words[9:])
    lens = lenses[words[8]]
    return _camera(lens, where, name, _rotation(quaternion / length), translation * _UNIT_MM)


def _camera(
    lens: _Lens,
    where: str,
    name: str,
    rotation: np.ndarray | None = None,
    translation_mm: np.ndarray | None = None,
) -> Camera:
    matrix, coefficients, size = lens
    return camera_of(
        where, matrix, coefficients, size, rotation=rotation, translation_mm=translation_mm, name=Path(name).stem
    )


def _rotation(quaternion: np.ndarray) -> np.ndarray:
    w, x, y, z = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def _floats(words: list[str], where: str) -> np.ndarray:
    try:
        numbers = np.array([float(word) for word in words])
    except ValueError:
        raise DataFormatError(f"{where}: expected numbers, found {' '.join(words)[:60]!r}") from None
    if not np.isfinite(numbers).all():
        raise DataFormatError(f"{where}: expected finite numbers")
    return numbers
