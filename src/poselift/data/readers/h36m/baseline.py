"""Human3.6M as 3d-pose-baseline keeps it (Martinez et al. 2017): h5 files, one for each take or detected video.

`S1/MyPoses/3D_positions/Directions 1.h5` holds `3D_positions` (96, frames), world millimetres of 32 joints;
`S1/StackedHourglass/Directions_1.54138969.h5` holds `poses` (frames, 16, 2), pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.cameras_h5 import read_cameras_h5
from poselift.data.readers.h36m.metadata_xml import naming_in
from poselift.data.readers.h36m.tables import CAMERAS, Take
from poselift.data.readers.h36m.views import as_keypoints, checked_numbers, in_official_order, seen_by
from poselift.data.readers.recordings import Recording
from poselift.errors import DataFormatError, MissingExtraError
from poselift.geometry.camera import Camera
from poselift.skeleton import SH_16

# Names of the sources of detections, by the folder that they lie in.
SOURCES = {"StackedHourglass": "sh", "StackedHourglassFineTuned240": "sh_ft"}
# This video is damaged: nobody has detections of it.
_DAMAGED = (Take("S11", "Directions", 2), "54138969")

NamedTake = Callable[[str, str], Take]


def read_baseline(folder: Path) -> Iterator[Recording]:
    """Recordings of 3d-pose-baseline's files, with the stacked hourglass detections that lie beside them.

    Cameras come from the folder's cameras.h5, otherwise from its metadata.xml, otherwise from poselift's tables.
    The damaged video of S11 is left out where there are detections.

    Raises:
        DataFormatError: a file is missing or damaged, or a recording is unknown; the message names it.
        MissingExtraError: h5py is not installed.
    """
    camera_of, named_take = _naming_in(folder)
    paths = sorted(folder.glob("S*/MyPoses/3D_positions/*.h5"))
    takes = in_official_order((named_take(path.parents[2].name, path.stem), path) for path in paths)
    detected = {source: _detected(folder, name, named_take) for name, source in SOURCES.items()}
    detected = {source: files for source, files in detected.items() if files}
    for take, path in takes:
        names = [name for name in CAMERAS if not _is_damaged(take, name, detected)]
        joints_world_mm = _joints_world_mm(path)
        detections = {name: _detections(take, name, detected) for name in names}
        yield from seen_by(take, joints_world_mm, [camera_of(take.subject, name) for name in names], detections)


def _naming_in(folder: Path) -> tuple[Callable[[str, str], Camera], NamedTake]:
    camera_of, named_take = naming_in(folder)
    path = folder / "cameras.h5"
    if not path.exists():
        return camera_of, named_take
    cameras = read_cameras_h5(path)

    def stored_camera(subject: str, name: str) -> Camera:
        key = subject, CAMERAS.index(name) + 1
        if key not in cameras:
            raise DataFormatError(f"{path}: found no camera {key[1]} of {subject}")
        return cameras[key]

    return stored_camera, named_take


Detected = dict[tuple[Take, str], Path]


def _detected(folder: Path, name: str, named_take: NamedTake) -> Detected:
    """Files of detections by take and camera."""
    found: Detected = {}
    for path in sorted(folder.glob(f"S*/{name}/*.h5")):
        recording, _, camera = path.stem.rpartition(".")
        key = named_take(path.parents[1].name, recording), camera
        if key in found:
            raise DataFormatError(f"{path}: the same recording as {found[key].name}", "take one of them away")
        found[key] = path
    return found


def _is_damaged(take: Take, camera: str, detected: dict[str, Detected]) -> bool:
    return (take, camera) == _DAMAGED and any(_DAMAGED not in files for files in detected.values())


def _detections(take: Take, camera: str, detected: dict[str, Detected]) -> dict[str, Keypoints]:
    found = {}
    for source, files in detected.items():
        if (take, camera) not in files:
            raise DataFormatError(
                f"no detections {source} of {take.subject} {take.action} take {take.number} by camera {camera}",
                "unpack all files, or take the folder of these detections away",
            )
        path = files[take, camera]
        found[source] = as_keypoints(checked_numbers(_dataset(path, "poses"), [(16, 2)], str(path)), SH_16)
    return found


def _joints_world_mm(path: Path) -> Float[np.ndarray, "frames 32 3"]:
    rows = checked_numbers(_dataset(path, "3D_positions").T, [(96,)], f"{path}, transposed")
    return rows.reshape(-1, 32, 3).astype(np.float64)


def _dataset(path: Path, name: str) -> np.ndarray:
    try:
        import h5py
    except ImportError:
        raise MissingExtraError("h5py", "h36m") from None
    try:
        with h5py.File(path, "r") as file:
            return np.asarray(file[name])
    except (OSError, KeyError, ValueError, RuntimeError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise DataFormatError(f"{path}: no h5 file with {name} ({reason})", "get the file anew") from None
