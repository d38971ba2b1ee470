"""Qualisys Track Manager's calibration (`.qca.txt`), which is XML: `<camera serial=...>` with `<transform>` and
`<intrinsic>`.

Lengths are millimetres, lenses in 64ths of a pixel. `x`, `y`, `z` is where the camera stands, and the rows of the
rotation are its axes; they point right, up and back, where ours point right, down and ahead.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np

from poselift.data.calibrations.calibration import Calibration, camera_of
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera

_PER_PIXEL = 64.0
_LARGEST_BYTES = 2**24


def recognises(path: Path, head: bytes) -> bool:
    """XML of a calibration."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<calibration" in head and b"<camera" in head


def read(path: Path) -> Calibration:
    """All cameras that are active.

    Raises:
        DataFormatError: it is no XML, or a camera is not what it should be.
    """
    try:
        text = path.read_bytes()
        if len(text) > _LARGEST_BYTES or b"<!ENTITY" in text:
            raise DataFormatError(f"{path}: expected the calibration of some cameras, found something else")
        root = ElementTree.fromstring(text)
    except (OSError, ElementTree.ParseError) as error:
        raise DataFormatError(f"{path}: cannot be read as XML ({error})", "check the file") from None
    cameras = [_camera(path, n, each) for n, each in enumerate(root.iter("camera")) if each.get("active", "1") != "0"]
    if not cameras:
        raise DataFormatError(f"{path}: expected active cameras, found none")
    return Calibration(path, tuple(cameras))


def _camera(path: Path, number: int, camera: ElementTree.Element) -> Camera:
    name = camera.get("serial", str(number))
    where = f"{path}: camera {name}"
    picture, place, lens = (_part(camera, tag, where) for tag in ("fov_video", "transform", "intrinsic"))
    left, right, top, bottom = _numbers(picture, ("left", "right", "top", "bottom"), where)
    focal = _numbers(lens, ("focalLengthU", "focalLengthV"), where) / _PER_PIXEL
    center = _numbers(lens, ("centerPointU", "centerPointV"), where) / _PER_PIXEL - (left, top)
    k1, k2, k3 = _numbers(lens, ("radialDistortion1", "radialDistortion2", "radialDistortion3"), where)
    # As Qualisys spells it.
    p1, p2 = _numbers(lens, ("tangentalDistortion1", "tangentalDistortion2"), where)
    axes = _numbers(place, [f"r{row}{column}" for row in "123" for column in "123"], where).reshape(3, 3)
    position = _numbers(place, ("x", "y", "z"), where)
    rotation = np.diag([1.0, -1.0, -1.0]) @ axes
    return camera_of(
        where,
        np.array([[focal[0], 0, center[0]], [0, focal[1], center[1]], [0, 0, 1]]),
        (k1, k2, p1, p2, k3),
        # The last column and row are named, not the side.
        (right - left + 1, bottom - top + 1),
        rotation=rotation,
        translation_mm=-rotation @ position,
        name=name,
    )


def _part(camera: ElementTree.Element, tag: str, where: str) -> ElementTree.Element:
    found = camera.find(tag)
    if found is None:
        raise DataFormatError(f"{where}: expected <{tag}>, found none")
    return found


def _numbers(element: ElementTree.Element, names: tuple[str, ...] | list[str], where: str) -> np.ndarray:
    try:
        return np.array([float(element.get(name, "")) for name in names])
    except ValueError:
        raise DataFormatError(f"{where}: expected numbers {', '.join(names)} of <{element.tag}>") from None
