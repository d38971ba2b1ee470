"""What a file of calibrated cameras says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera

_MODELS = "radial and tangential distortion, k1 k2 p1 p2 k3"
# As many as OpenCV's models have.
_COEFFICIENTS = (0, 4, 5, 8, 12, 14)


@dataclass(frozen=True, eq=False)
class Calibration:
    """Cameras, and what is known of where they stand.

    Attributes:
        path: the file, for messages.
        cameras: in the file's order, with their names.
        placed: whether they stand in one world, or only their lenses are known.
        metric: whether that world is in millimetres; COLMAP's has no unit.
    """

    path: Path
    cameras: tuple[Camera, ...]
    placed: bool = True
    metric: bool = True

    def named(self, name: str) -> Camera:
        """The camera of this name.

        Raises:
            DataFormatError: there is none.
        """
        for camera in self.cameras:
            if camera.name == name:
                return camera
        known = ", ".join(camera.name for camera in self.cameras[:20])
        raise DataFormatError(f"{self.path}: expected a camera {name!r}, found {known}", "name one of these")

    def of_sources(self, names: Sequence[str]) -> tuple[Camera, ...]:
        """A camera for each source: that whose name is in the source's, or else, of as many, in their order.

        Raises:
            DataFormatError: neither tells which camera is which source's.

        >>> import numpy as np
        >>> cameras = tuple(Camera(np.ones(2), np.ones(2), name=name) for name in ("cam_01", "cam_02"))
        >>> [camera.name for camera in Calibration(Path("a.toml"), cameras).of_sources(["cam02.mp4", "cam01.mp4"])]
        ['cam_02', 'cam_01']
        """
        found = [self._named_in(name) for name in names]
        if all(len(cameras) == 1 for cameras in found) and len({cameras[0].name for cameras in found}) == len(names):
            return tuple(cameras[0] for cameras in found)
        if len(names) == len(self.cameras):
            return self.cameras
        known = ", ".join(camera.name for camera in self.cameras[:20])
        raise DataFormatError(
            f"{self.path}: expected cameras of {', '.join(names)}, found {len(self.cameras)}: {known}",
            "name the files after the cameras, or use --camera for one",
        )

    def _named_in(self, source: str) -> list[Camera]:
        plain = _plain(Path(source).stem)
        return [camera for camera in self.cameras if camera.name and _plain(camera.name) in plain]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def camera_of(
    where: str,
    matrix: object,
    distortion: object,
    size_px: object,
    *,
    rotation: np.ndarray | None = None,
    translation_mm: np.ndarray | None = None,
    name: str = "",
) -> Camera:
    """A camera of numbers that a file holds.

    Args:
        where: the file and its record, for errors.
        matrix: (3, 3) of the pinhole.
        distortion: k1, k2, p1, p2 and perhaps k3, k4, k5, k6, as OpenCV has them; or none.
        size_px: width and height of the image; None where the file does not say it.
        rotation, translation_mm: from the world to the camera, `X_cam = R X_world + t`. Default: at the origin.

    Raises:
        DataFormatError: these are no numbers of a camera, or of a lens that is not known here.
    """
    pinhole, lens, turned, moved = (
        _numbers(values, what, where)
        for values, what in (
            (matrix, "matrix"),
            (() if distortion is None else distortion, "distortion"),
            (np.eye(3) if rotation is None else rotation, "rotation"),
            (np.zeros(3) if translation_mm is None else translation_mm, "translation"),
        )
    )
    if pinhole.shape != (3, 3) or lens.size not in _COEFFICIENTS:
        raise DataFormatError(
            f"{where}: expected a matrix of 3 x 3 and 4 or 5 coefficients of distortion, found {pinhole.shape} and "
            f"{lens.size}"
        )
    if lens.ravel()[5:].any():
        raise DataFormatError(f"{where}: expected {_MODELS}, found more coefficients", "calibrate without them")
    k1, k2, p1, p2, k3 = np.concatenate([lens.ravel(), np.zeros(5)])[:5]
    size = None
    if size_px is not None:
        sides = _numbers(size_px, "size", where).ravel()
        if sides.size != 2 or not (sides >= 1).all():
            raise DataFormatError(f"{where}: expected a width and a height as size, found {sides.tolist()}")
        size = (round(float(sides[0])), round(float(sides[1])))
    focal, center = pinhole[[0, 1], [0, 1]], pinhole[:2, 2]
    try:
        position = -turned.T @ moved.ravel()
        return Camera(focal, center, turned, position, np.array([k1, k2, k3]), np.array([p1, p2]), size, name)
    except ValueError as error:  # a ShapeError is one
        raise DataFormatError(f"{where}: {error}") from None


def _numbers(values: object, what: str, where: str) -> np.ndarray:
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise DataFormatError(f"{where}: expected numbers as {what}, found something else") from None
    if not np.isfinite(numbers).all():
        raise DataFormatError(f"{where}: expected finite numbers as {what}")
    return numbers
