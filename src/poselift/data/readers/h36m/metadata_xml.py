"""`metadata.xml` of Human3.6M: the calibration of its cameras, and which recording is which take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from poselift.data.readers.h36m.tables import (
    ACTIONS,
    CAMERAS,
    SPLITS,
    Take,
    camera_of,
    lens_of,
    named_take,
    plain_name,
)
from poselift.errors import DataFormatError, ShapeError
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import euler_rotation

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NUMBERS = 300  # of `w0`: 6 for each of 4 cameras and 11 subjects, then 9 for each camera
_SUBJECTS = 11
_ROWS = 33  # of the mapping: subjects, then two takes of 16 actions; what follows are no recordings of people


@dataclass(frozen=True)
class Metadata:
    """What the file says about the subjects that have 3D joints.

    Attributes:
        path: of the file, for messages.
        cameras: by subject and serial number.
        takes: by subject and plain name.
    """

    path: Path
    cameras: dict[tuple[str, str], Camera]
    takes: dict[tuple[str, str], Take]

    def camera_of(self, subject: str, name: str) -> Camera:
        """Raises:
        DataFormatError: there is none.
        """
        try:
            return self.cameras[subject, name]
        except KeyError:
            raise DataFormatError(f"{self.path}: no calibration of camera {name} for {subject}") from None

    def named_take(self, subject: str, name: str) -> Take:
        """As `tables.named_take`, by the table of this file.

        Raises:
            DataFormatError: there is no such recording.
        """
        try:
            return self.takes[subject, plain_name(name)]
        except KeyError:
            raise DataFormatError(f"{self.path}: its mapping has no recording {name!r} of {subject}") from None


def naming_in(folder: Path) -> tuple[Callable[[str, str], Camera], Callable[[str, str], Take]]:
    """`camera_of` and `named_take` by the folder's metadata.xml; without one, by poselift's own tables.

    Raises:
        DataFormatError: the file is there, and damaged.
    """
    path = folder / "metadata.xml"
    if not path.exists():
        return camera_of, named_take
    metadata = read_metadata(path)
    return metadata.camera_of, metadata.named_take


def read_metadata(path: Path) -> Metadata:
    """Cameras and names of the recordings of a metadata.xml.

    Source: the calibration's arrangement as in 3d-pose-baseline (Martinez et al. 2017).

    Raises:
        DataFormatError: the file is missing, no XML, or lacks its numbers or its mapping.
    """
    from xml.etree.ElementTree import ParseError, parse

    try:
        root = parse(path).getroot()
        return Metadata(path, _cameras(_numbers(root)), dict(_takes(root)))
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (ParseError, ValueError, LookupError) as error:  # LookupError: an encoding that there is not
        raise DataFormatError(f"{path}: not the metadata of Human3.6M ({error})") from None


def _numbers(root: Element) -> Float[np.ndarray, " 300"]:
    text = next((element.text for element in root.iter("w0")), None) or ""
    numbers = np.array([float(word) for word in text.strip().strip("[]").replace(",", " ").split()])
    if len(numbers) != _NUMBERS:
        raise DataFormatError(f"expected {_NUMBERS} numbers in w0, found {len(numbers)}")
    return numbers


def _cameras(w0: Float[np.ndarray, " 300"]) -> dict[tuple[str, str], Camera]:
    cameras = {}
    places, lenses = w0[:264].reshape(len(CAMERAS), _SUBJECTS, 6), w0[264:].reshape(len(CAMERAS), 9)
    for subject in (subject for subjects in SPLITS.values() for subject in subjects):
        for name, places_of_camera, lens in zip(CAMERAS, places, lenses, strict=True):
            place = places_of_camera[int(subject[1:]) - 1]
            with np.errstate(invalid="ignore"):  # infinity has no cosine; the camera refuses what is not finite
                rotation = euler_rotation("XYZ", place[:3])
            try:
                cameras[subject, name] = Camera(
                    rotation=rotation,
                    position_mm=place[3:],
                    focal_px=lens[:2],
                    center_px=lens[2:4],
                    radial=lens[4:7],
                    tangential=lens[7:],
                    size_px=lens_of(name)["size_px"],
                    name=name,
                )
            except ShapeError as error:
                raise DataFormatError(f"camera {name} of {subject}: {error}") from None
    return cameras


def _takes(root: Element) -> Iterator[tuple[tuple[str, str], Take]]:
    """Rows of the mapping: action, subaction, and the recording's name for every subject of the first row."""
    mapping = root.find("mapping")
    rows = [[cell.text or "" for cell in row] for row in (mapping if mapping is not None else ())]
    if not rows:
        raise DataFormatError("it has no mapping of recordings")
    _, _, *subjects = rows[0]
    for action, number, *names in (row for row in rows[1:_ROWS] if len(row) > 2):
        if action.isdecimal() and number.isdecimal() and int(action) in ACTIONS:
            for subject, name in zip(subjects, names, strict=False):
                yield (subject, plain_name(name)), Take(subject, ACTIONS[int(action)], int(number))
