"""The original files: `S1/MyPoseFeatures/D3_Positions/Directions 1.cdf`, also packed, or as MATLAB files.

Each holds the world positions of 32 joints in millimetres, (1, frames, 96). There are no detections.
"""

from __future__ import annotations

import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np
from jaxtyping import Float

from poselift.data.readers.h36m.metadata_xml import naming_in
from poselift.data.readers.h36m.tables import CAMERAS, SPLITS
from poselift.data.readers.h36m.views import checked_numbers, in_official_order, seen_by
from poselift.data.readers.recordings import Recording
from poselift.errors import DataFormatError, MissingExtraError

SUBJECTS = tuple(subject for subjects in SPLITS.values() for subject in subjects)
_FOLDERS = ("MyPoseFeatures/D3_Positions", "Poses_D3_Positions")
_FILE = re.compile(r"(?P<name>[A-Za-z][\w ]*)\.cdf(\.mat)?")  # `_ALL.cdf` is no recording


def read_original(folder: Path) -> Iterator[Recording]:
    """Recordings of the original files of the subjects that are there, as all four cameras saw them.

    A subject's archive is read where its files are not unpacked, a MATLAB file where the original is not there.
    Cameras and numbers of takes come from the folder's metadata.xml, otherwise from poselift's tables.

    Raises:
        DataFormatError: a file is damaged, or none of the files that the tables name.
        MissingExtraError: cdflib or scipy is not installed.
    """
    camera_of, named_take = naming_in(folder)
    with TemporaryDirectory() as room:
        files = [(s, path) for s in SUBJECTS for path in _files(folder, s) or _unpacked(folder, s, Path(room) / s)]
        takes = in_official_order((named_take(subject, path.name.partition(".")[0]), path) for subject, path in files)
        for take, path in takes:
            cameras = [camera_of(take.subject, name) for name in CAMERAS]
            yield from seen_by(take, _joints_world_mm(path), cameras, {})


def _files(folder: Path, subject: str) -> list[Path]:
    paths = [path for name in _FOLDERS for path in sorted((folder / subject / name).glob("*.cdf*"))]
    return [path for path in paths if _FILE.fullmatch(path.name) and path.with_suffix("") not in paths]


def _unpacked(folder: Path, subject: str, room: Path) -> list[Path]:
    """The files of a subject's archive, if there is one, unpacked into a room of their own."""
    archive = folder / f"Poses_D3_Positions_{subject}.tgz"
    if not archive.exists():
        return []
    place = room / _FOLDERS[-1]
    place.mkdir(parents=True)
    try:
        with tarfile.open(archive) as packed:
            for member in packed:
                name = PurePosixPath(member.name).name
                content = packed.extractfile(member) if member.isfile() and _FILE.fullmatch(name) else None
                if content is not None:
                    with open(place / name, "wb") as file:
                        shutil.copyfileobj(content, file)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataFormatError(f"{archive}: cannot be unpacked ({error})", "get the file anew") from None
    return _files(room.parent, subject)


def _joints_world_mm(path: Path) -> Float[np.ndarray, "frames 32 3"]:
    read = _read_mat if path.suffix == ".mat" else _read_cdf
    try:
        found = read(path)
    except MissingExtraError:
        raise
    except Exception as error:  # cdflib and scipy have many for a damaged file
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DataFormatError(f"{path}: cannot be read ({reason})", "get the file anew") from None
    joints = found[0] if found.ndim == 3 and len(found) == 1 else found
    return checked_numbers(joints, [(96,)], str(path)).reshape(-1, 32, 3).astype(np.float64)


def _read_cdf(path: Path) -> np.ndarray:
    try:
        from cdflib import CDF
    except ImportError:
        raise MissingExtraError("cdflib", "h36m") from None
    return np.asarray(CDF(path).varget("Pose"))


def _read_mat(path: Path) -> np.ndarray:
    try:
        from scipy.io import loadmat
    except ImportError:
        raise MissingExtraError("scipy", "h36m") from None
    return np.asarray(loadmat(path)["data"][0, 0])
