"""Human3.6M as VideoPose3D keeps it (Pavllo et al. 2019): one npz of world joints, and one for each detector.

`data_3d_h36m.npz` holds `positions_3d`, {subject: {recording: (frames, 32, 3)}}, metres; `data_2d_h36m_NAME.npz`
holds `positions_2d`, {subject: {recording: [(frames, joints, 2 or 3) pixels for each camera]}}, and `metadata`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.tables import CAMERAS, Take, camera_of, named_take
from poselift.data.readers.h36m.views import as_keypoints, checked_numbers, in_official_order, seen_by
from poselift.data.readers.recordings import Recording
from poselift.data.unpickle import load_npz_objects
from poselift.errors import DataFormatError
from poselift.skeleton import COCO_17, H36M_16, H36M_17, SH_16, Skeleton

# What the store calls the detections of a file. The projection that VideoPose3D calls ground truth goes through the
# lens, other than that of the original and the papers that follow it.
SOURCES = {
    "gt": "gt_distorted",
    "cpn_ft_h36m_dbb": "cpn",
    "sh_pt_mpii": "sh",
    "sh_ft_h36m": "sh_ft",
    "detectron_ft_h36m": "detectron",
}
_POSES, _FIRST = "data_3d_h36m.npz", "data_2d_h36m_"
# Its files name no order of joints, but tell which are left and right, and these differ.
_SKELETONS = (H36M_17, COCO_17, H36M_16, SH_16)

ByRecording = dict[str, dict[str, Any]]


def read_videopose3d(folder: Path) -> Iterator[Recording]:
    """Recordings of data_3d_h36m.npz with the detections of every data_2d_h36m_*.npz that lies beside it.

    Raises:
        DataFormatError: a file is missing, damaged or runs code, or a recording is unknown; the message names it.
    """
    path = folder / _POSES
    positions = _by_recording(path, "positions_3d")
    names = [(named_take(subject, name), (subject, name)) for subject in positions for name in positions[subject]]
    detected = [_Detected(file, positions) for file in sorted(folder.glob(f"{_FIRST}*.npz"))]
    for take, (subject, name) in in_official_order(names):
        # What has been read is let go, so that the file and the store never stand in memory together.
        joints = checked_numbers(positions[subject].pop(name), [(32, 3), (17, 3)], f"{path}: {subject} {name}")
        joints_world_mm = joints.astype(np.float64) * 1000
        found = {detections.source: detections.popped(take) for detections in detected}
        by_camera = {camera: {source: found[source][camera] for source in found} for camera in CAMERAS}
        yield from seen_by(take, joints_world_mm, [camera_of(subject, camera) for camera in CAMERAS], by_camera)


class _Detected:
    """One file of detections, which lets go of what it has handed out."""

    def __init__(self, path: Path, subjects: Iterable[str]) -> None:
        name = path.stem.removeprefix(_FIRST)
        self.path, self.source = path, SOURCES.get(name, name)
        self._skeleton = _skeleton(path)
        self._positions = _by_recording(path, "positions_2d")
        # The files may hold subjects that have no 3D joints.
        found = [(subject, name) for subject in subjects for name in self._positions.get(subject, {})]
        self._names = dict(in_official_order((named_take(subject, name), (subject, name)) for subject, name in found))

    def popped(self, take: Take) -> dict[str, Keypoints]:
        """Detections of a take by the camera's name, once."""
        what = f"{self.path}: {take.subject} {take.action} take {take.number}"
        if take not in self._names:
            raise DataFormatError(f"{what} is missing, which {_POSES} has", "get the file anew, or take it away")
        subject, name = self._names[take]
        views = self._positions[subject].pop(name)
        if not isinstance(views, list | tuple | np.ndarray) or len(views) != len(CAMERAS):
            raise DataFormatError(f"{what}: expected 2D joints of {len(CAMERAS)} cameras, found {_length(views)}")
        shapes = [(len(self._skeleton), channels) for channels in (2, 3)]
        return {
            camera: as_keypoints(checked_numbers(view, shapes, f"{what}, camera {camera}"), self._skeleton)
            for camera, view in zip(CAMERAS, views, strict=True)
        }


def _length(views: Any) -> str:
    return str(len(views)) if hasattr(views, "__len__") else type(views).__name__


def _by_recording(path: Path, key: str) -> ByRecording:
    """The value of a file, of which only the leaves are unchecked."""
    value = load_npz_objects(path, key)
    if not isinstance(value, dict) or not all(isinstance(recordings, dict) for recordings in value.values()):
        raise DataFormatError(f"{path}: {key}: expected a table of subjects, each a table of recordings")
    return {str(s): {str(name): leaf for name, leaf in recordings.items()} for s, recordings in value.items()}


def _skeleton(path: Path) -> Skeleton:
    """The order of a file's joints, by which of them its metadata calls left and right."""
    metadata = load_npz_objects(path, "metadata")
    try:
        left, right = (sorted(int(joint) for joint in side) for side in metadata["keypoints_symmetry"])
        joints = int(metadata["num_joints"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataFormatError(f"{path}: metadata: expected num_joints and keypoints_symmetry ({error!r})") from None
    for skeleton in _SKELETONS:
        sides = (sorted(skeleton.indices(skeleton.left)), sorted(skeleton.indices(skeleton.right)))
        if (joints, sides) == (len(skeleton), (left, right)):
            return skeleton
    raise DataFormatError(
        f"{path}: unknown order of {joints} joints, left {left} and right {right}",
        f"known: {', '.join(skeleton.name for skeleton in _SKELETONS)}",
    )
