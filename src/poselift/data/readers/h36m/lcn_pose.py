"""The pickles of lcn-pose and of H36M-Toolbox: a list with one dict per frame and camera.

| | lcn-pose | H36M-Toolbox |
|---|---|---|
| files | `h36m_train.pkl`, `h36m_test.pkl` | `h36m_train.pkl`, `h36m_validation.pkl` |
| 3D, camera axes, mm | `joint_3d_camera` | `joints_3d_camera` |
| camera | `camera_param`, with its name | `camera`, without; its number is `camera_id` |
| frame | `imageid`, from 0 | `image_id`, from 1 |
| box | 1 m around the root | 0.9 m above the root, 1.1 m below |

Sources: gendb.py of lcn-pose, generate_labels.py of H36M-Toolbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.lcn_detections import read_detections
from poselift.data.readers.h36m.recordings import h36m_recording
from poselift.data.readers.h36m.tables import ACTIONS, CAMERAS, SPLITS, Take, measured_camera
from poselift.data.readers.recordings import Recording
from poselift.data.unpickle import read_pickle
from poselift.errors import DataFormatError, GeometryError
from poselift.geometry.camera import Camera
from poselift.geometry.crop import camera_to_image_frame
from poselift.skeleton import H36M_17

FILES = {"train": ("h36m_train.pkl",), "test": ("h36m_test.pkl", "h36m_validation.pkl")}
TOLERANCE = 0.5  # pixels or millimetres
Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Dialect:
    """How a project calls the values of a row.

    Attributes:
        first_image: number of the first frame.
        derived: values that follow from joints and camera and must agree with them.
        box_columns: those of the box that are made as here.
    """

    joints: str
    camera: str
    camera_number: str
    image: str
    first_image: int
    derived: tuple[str, ...]
    box_columns: tuple[int, ...]

    @property
    def recording(self) -> tuple[str, ...]:
        """What is the same for the rows of one recording, and for no neighbour."""
        return "subject", "action", "subaction", self.camera_number


_LCN_POSE = _Dialect(
    "joint_3d_camera",
    "camera_param",
    "cameraid",
    "imageid",
    0,
    ("joint_3d_image", "box", "root_depth"),
    (0, 1, 2, 3),
)
_TOOLBOX = _Dialect("joints_3d_camera", "camera", "camera_id", "image_id", 1, ("box",), (0, 2))


@dataclass(frozen=True)
class _Run:
    """Neighbouring rows of one recording; `first` is the number of the first in its file."""

    path: Path
    first: int
    rows: Sequence[Row]
    dialect: _Dialect

    def where(self, row: int = 0) -> str:
        return f"{self.path}: row {self.first + row}"

    def column(self, key: str, shape: tuple[int, ...]) -> np.ndarray:
        """(F, *shape) float64.

        Raises:
            DataFormatError: a row lacks the value or has one of another shape.
        """
        try:
            column = np.stack([row[key] for row in self.rows])
            if column.shape[1:] == shape and column.dtype.kind in "fiu":
                return column.astype(np.float64)
        except (KeyError, ValueError, TypeError):
            pass
        values = [_checked_value(row, key, shape, self.where(number)) for number, row in enumerate(self.rows)]
        return np.stack(values).astype(np.float64)


def read_lcn_pose(folder: Path) -> Iterator[Recording]:
    """Recordings in the order of the rows, of the training set and then of the test set; either may be missing.

    Files such as `h36m_sh_dt_ft.pkl`, with a row for every row of both sets, become detections `sh_ft`.

    Raises:
        DataFormatError: a file is missing, damaged or harmful, a row lacks a value, or what a row says of the image
            does not follow from its 3D joints and camera; the message names file and row.
    """
    files = {split: path for split, names in FILES.items() if (path := _only(folder, names))}
    if not files:
        raise DataFormatError(f"{folder}: expected h36m_train.pkl, h36m_test.pkl or both, found neither")
    detected = read_detections(folder, files)
    for split, path in files.items():
        of_split = {source: keypoints[split] for source, keypoints in detected.items()}
        yield from _recordings(path, split, of_split)


def _only(folder: Path, names: Sequence[str]) -> Path | None:
    found = [folder / name for name in names if (folder / name).is_file()]
    if len(found) > 1:
        raise DataFormatError(f"{folder}: {' and '.join(names)} hold the same set", "leave one of them there")
    return found[0] if found else None


def _recordings(path: Path, split: str, detected: Mapping[str, Keypoints]) -> Iterator[Recording]:
    rows = read_pickle(path)
    if not isinstance(rows, list) or not rows:
        raise DataFormatError(f"{path}: expected a list of one dict per frame, found {_seen(rows)}")
    for source, keypoints in detected.items():
        if len(keypoints.joints_px) != len(rows):
            raise DataFormatError(
                f"{path}: expected a row for each of the {len(keypoints.joints_px)} detections {source} of {split}, "
                f"found {len(rows)}",
                "2D and 3D must come from the same release of the data",
            )
    dialect = _dialect(path, rows[0])
    for run in _runs(path, rows, dialect):
        part = slice(run.first, run.first + len(run.rows))
        of_run = {source: Keypoints(k.joints_px[part], k.confidence[part]) for source, k in detected.items()}
        yield _recording(run, split, of_run)


def _dialect(path: Path, row: Any) -> _Dialect:
    for dialect in (_LCN_POSE, _TOOLBOX):
        if isinstance(row, Mapping) and dialect.joints in row:
            return dialect
    raise DataFormatError(
        f"{path}: row 0: expected a dict with {_LCN_POSE.joints} or {_TOOLBOX.joints}, found {_seen(row)}"
    )


def _runs(path: Path, rows: Sequence[Any], dialect: _Dialect) -> Iterator[_Run]:
    keys = []
    of_recording = itemgetter(*dialect.recording)
    for number, row in enumerate(rows):
        try:
            keys.append(tuple(map(int, of_recording(row))))
        except KeyError as error:
            raise DataFormatError(f"{path}: row {number}: found no {error.args[0]}") from None
        except (TypeError, ValueError):
            names = ", ".join(dialect.recording)
            raise DataFormatError(
                f"{path}: row {number}: expected a dict with {names}, each a whole number"
            ) from None
    start = 0
    for _, run in groupby(keys):
        length = sum(1 for _ in run)
        yield _Run(path, start, rows[start : start + length], dialect)
        start += length


def _recording(run: _Run, split: str, detections: Mapping[str, Keypoints]) -> Recording:
    dialect = run.dialect
    subject, action, take, camera = (int(run.rows[0][key]) for key in dialect.recording)
    if f"S{subject}" not in SPLITS[split] or action not in ACTIONS:
        raise DataFormatError(
            f"{run.where()}: expected a subject of {', '.join(SPLITS[split])} and an action from 2 to 16, "
            f"found S{subject} and {action}"
        )
    recording = h36m_recording(
        Take(f"S{subject}", ACTIONS[action], take),
        _camera(run, camera),
        run.column(dialect.joints, (len(H36M_17), 3)),
        detections,
        run.column(dialect.image, ()).astype(np.int64) - dialect.first_image,
    )
    recording.check()
    _check_derived(run, recording)
    return recording


def _camera(run: _Run, number: int) -> Camera:
    where = run.where()
    expected = CAMERAS[number] if number in range(len(CAMERAS)) else None
    try:
        values = run.rows[0][run.dialect.camera]
        name = values.get("name", expected)
        if expected is None or name != expected:
            raise DataFormatError(
                f"{where}: expected camera {expected or 'number 0 to 3'}, found {name!r} as {number}"
            )
        lens = {"focal_px": [values["fx"], values["fy"]], "center_px": [values["cx"], values["cy"]]}
        return measured_camera(name, values, **lens, rotation=values["R"])
    except KeyError as error:
        raise DataFormatError(f"{where}: found no {error.args[0]} of the camera") from None
    except DataFormatError:
        raise
    except (AttributeError, TypeError, ValueError) as error:
        raise DataFormatError(f"{where}: {run.dialect.camera}: {error}") from None


def _check_derived(run: _Run, recording: Recording) -> None:
    """A store derives the image frame from joints and camera, so that what a file says of it must be the same."""
    joints = recording.joints_cam_mm
    (root,) = H36M_17.indices(H36M_17.root)
    try:
        image, box = camera_to_image_frame(recording.camera, joints, joints[:, root])
    except GeometryError as error:
        raise DataFormatError(f"{run.where()}: {recording.name}: {error}") from None
    columns = list(run.dialect.box_columns)
    for name, derived in {"joint_3d_image": image, "box": box, "root_depth": joints[:, root, 2]}.items():
        if name not in run.dialect.derived:
            continue
        stored = run.column(name, derived.shape[1:])
        if name == "box":
            stored, derived = stored[:, columns], derived[:, columns]
        off = np.abs(stored - derived).reshape(len(joints), -1)
        bad = ~(off <= TOLERANCE).all(axis=1)
        if bad.any():
            first = int(bad.argmax())
            place = int(np.where(np.isnan(off[first]), np.inf, off[first]).argmax())
            raise DataFormatError(
                f"{run.where(first)}: {name}: expected {derived[first].flat[place]:.6g}, which follows from "
                f"{run.dialect.joints} and the camera, found {stored[first].flat[place]:.6g}",
                f"{int(bad.sum())} of {len(bad)} rows of {recording.name} are off by more than {TOLERANCE}",
            )


def _checked_value(row: Row, key: str, shape: tuple[int, ...], where: str) -> np.ndarray:
    if key not in row:
        raise DataFormatError(f"{where}: found no {key}")
    try:
        array = np.asarray(row[key])
    except ValueError:
        raise DataFormatError(f"{where}: {key}: expected numbers of shape {shape}") from None
    if array.shape != shape or array.dtype.kind not in "fiu":
        raise DataFormatError(f"{where}: {key}: expected numbers of shape {shape}, found {array.dtype} {array.shape}")
    return array


def _seen(value: Any) -> str:
    """What a value is, for messages."""
    if isinstance(value, Mapping):
        return f"a dict with {', '.join(map(str, value))}"
    return f"an empty {type(value).__name__}" if value in ([], ()) else type(value).__name__
