"""`h36m_sh_conf_cam_source_final.pkl` of MotionBERT: columns over all frames of the training and the test set.

`source` names the recording of each row and `camera_name` its camera, `joint_2d` (N, 17, 2) and `confidence` (N, 17)
are a fine-tuned stacked hourglass's, and `joint3d_image` (N, 17, 3) is the truth in the image frame of lcn-pose.

The image frame alone does not say how far away somebody is: the file holds no root depth. But all cameras see the
same person at the same time and their calibration is known, so the root's place follows from its pixels in two or
more views, and the other joints from it. The result is exact, for both sets: the views of a take must then agree on
every joint to 1 mm, which is checked. `2.5d_factor` and `joints_2.5d_image` of the test set are not read: the factor
is a fit of the image frame to millimetres, which perspective makes an approximation.

Sources: lib/data/datareader_h36m.py and issue 51 of MotionBERT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.recordings import h36m_recording
from poselift.data.readers.h36m.tables import Take, camera_of, parsed_name
from poselift.data.readers.recordings import Recording
from poselift.data.unpickle import read_pickle
from poselift.errors import DataFormatError, GeometryError
from poselift.geometry.camera import Camera
from poselift.geometry.crop import image_frame_to_camera, root_box
from poselift.geometry.triangulate import triangulated
from poselift.skeleton import H36M_17

DETECTIONS = "sh_ft"
AGREE_MM = 1.0


@dataclass(frozen=True, eq=False)
class _View:
    """What one camera saw of a take: rows of one source."""

    take: Take
    camera: Camera
    joints_image: np.ndarray
    keypoints: Keypoints

    def __len__(self) -> int:
        return len(self.joints_image)


def read_motionbert(folder: Path) -> Iterator[Recording]:
    """Recordings in the order of the rows, of the training set and then of the test set; either may be missing.

    Raises:
        DataFormatError: the file is missing, damaged or harmful, a take was seen by one camera only, or its views do
            not agree; the message names the split, and the take or row.
    """
    paths = sorted(folder.glob("h36m_sh_conf_cam_source*.pkl"))
    if len(paths) != 1:
        raise DataFormatError(f"{folder}: expected one h36m_sh_conf_cam_source*.pkl, found {len(paths)}")
    table = read_pickle(paths[0])
    splits = [split for split in ("train", "test") if isinstance(table, Mapping) and split in table]
    if not splits:
        raise DataFormatError(f"{paths[0]}: expected a dict with train or test")
    for split in splits:
        yield from _recordings(table[split], f"{paths[0]}: {split}")


def _recordings(columns: Any, where: str) -> Iterator[Recording]:
    views = list(_views(columns, where))
    of_take: dict[Take, list[_View]] = {}
    for view in views:
        of_take.setdefault(view.take, []).append(view)
    joints: dict[_View, np.ndarray] = {}
    for view in views:
        if view not in joints:
            together = of_take[view.take]
            joints |= zip(together, _joints_cam_mm(together, where), strict=True)
        yield h36m_recording(view.take, view.camera, joints.pop(view), {DETECTIONS: view.keypoints})


def _views(columns: Any, where: str) -> Iterator[_View]:
    joints = len(H36M_17)
    image = _numbers(columns, "joint3d_image", (joints, 3), where)
    joints_px = _numbers(columns, "joint_2d", (joints, 2), where)
    confidence = _numbers(columns, "confidence", (joints, 1), where)[..., 0]
    sources, cameras = (np.asarray(_column(columns, key, where)).astype(str) for key in ("source", "camera_name"))
    lengths = {"joint_2d": joints_px, "confidence": confidence, "source": sources, "camera_name": cameras}
    for name, column in lengths.items():
        if column.shape[:1] != (len(image),):
            raise DataFormatError(f"{where}: expected {len(image)} rows of {name}, found {column.shape}")
    changes = np.flatnonzero((sources[1:] != sources[:-1]) | (cameras[1:] != cameras[:-1])) + 1
    for rows in (slice(*pair) for pair in zip([0, *changes], [*changes, len(image)], strict=True)):
        take, name = parsed_name(str(sources[rows.start]))
        if cameras[rows.start] != name:
            raise DataFormatError(
                f"{where}: row {rows.start}: expected camera {name} as {sources[rows.start]} says, "
                f"found {cameras[rows.start]}"
            )
        keypoints, camera = Keypoints(joints_px[rows], confidence[rows]), camera_of(take.subject, name)
        h36m_recording(take, camera, image[rows], {DETECTIONS: keypoints}).check()
        yield _View(take, camera, image[rows], keypoints)


def _column(columns: Any, key: str, where: str) -> Any:
    try:
        return columns[key]
    except (KeyError, TypeError, IndexError):
        raise DataFormatError(f"{where}: found no {key}") from None


def _numbers(columns: Any, key: str, shape: tuple[int, int], where: str) -> np.ndarray:
    """(N, *shape) of a column, without coordinates that follow; a last axis of length 1 may be missing."""
    array = np.asarray(_column(columns, key, where))
    if array.ndim == 2 and shape[1] == 1:
        array = array[..., None]
    if array.dtype.kind not in "fiu" or array.ndim != 3 or array.shape[1] != shape[0] or array.shape[2] < shape[1]:
        wanted = f"(N, {shape[0]}, {shape[1]})"
        raise DataFormatError(f"{where}: {key}: expected numbers of shape {wanted}, found {array.shape}")
    return array[..., : shape[1]]


def _joints_cam_mm(views: Sequence[_View], where: str) -> list[np.ndarray]:
    """Joints (F, 17, 3) in the axes of each view's camera; all views begin together, and some may end earlier."""
    take = views[0].take
    name = f"{where}: {take.subject} {take.action} {take.number}"
    (root,) = H36M_17.indices(H36M_17.root)
    found = []
    try:
        root_world_mm = _root_world_mm(views, root)
        for view in views:
            root_cam_mm = view.camera.world_to_camera(root_world_mm[: len(view)])
            box = root_box(view.camera, root_cam_mm)
            image = view.joints_image.astype(np.float64)
            found.append(image_frame_to_camera(view.camera, image, box, root_cam_mm[:, 2]))
    except GeometryError as error:
        raise DataFormatError(
            f"{name}: the root's place cannot be found from {len(views)} views ({error})",
            "it takes two cameras for each frame",
        ) from None
    _check_agreement(views, found, name)
    return found


def _root_world_mm(views: Sequence[_View], root: int) -> np.ndarray:
    """(F, 3) by triangulation."""
    if len(views) < 2:
        raise GeometryError("there is one camera alone")
    longest = max(map(len, views))
    points_px = np.zeros((len(views), longest, 2))
    seen = np.zeros((len(views), longest))
    for number, view in enumerate(views):
        points_px[number, : len(view)] = view.joints_image[:, root, :2]
        seen[number, : len(view)] = 1
    return triangulated([view.camera.without_distortion() for view in views], points_px, seen)


def _check_agreement(views: Sequence[_View], found: Sequence[np.ndarray], name: str) -> None:
    first, *others = (view.camera.camera_to_world(joints) for view, joints in zip(views, found, strict=True))
    for view, joints in zip(views[1:], others, strict=True):
        frames = min(len(first), len(joints))
        off_mm = np.linalg.norm(joints[:frames] - first[:frames], axis=-1).max(axis=-1)
        worst = int(off_mm.argmax())
        if off_mm[worst] > AGREE_MM:
            raise DataFormatError(
                f"{name}: expected cameras {views[0].camera.name} and {view.camera.name} to agree to {AGREE_MM:g} "
                f"mm, they differ by {off_mm[worst]:.4g} mm in frame {worst}",
                "the rows of a take must be the same moments in every camera",
            )
