"""Folders such as `s_09_act_05_subact_02_ca_01` with a `matlab_meta.mat`: what lcn-pose makes its pickles of.

`Y3d_mono` holds the joints in camera axes, one column a frame: x, y, z of 17 or 32 joints in mm. `num_images` is the
number of frames. Beside the folders lies `cameras.h5`; without it the calibration is poselift's own, the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from poselift.data.readers.h36m.cameras_h5 import read_cameras_h5
from poselift.data.readers.h36m.recordings import h36m_recording
from poselift.data.readers.h36m.tables import CAMERAS, SPLITS, camera_of, parsed_name
from poselift.data.readers.recordings import Recording
from poselift.errors import DataFormatError, MissingExtraError
from poselift.geometry.camera import Camera
from poselift.skeleton import H36M_17, H36M_32, conversion

_SKELETONS = {len(skeleton): skeleton for skeleton in (H36M_17, H36M_32)}


def read_matlab_meta(folder: Path) -> Iterator[Recording]:
    """Recordings sorted by the names of their folders, those of the training subjects first.

    Raises:
        DataFormatError: a folder's name or file is wrong, or `cameras.h5` lacks its camera; the message names it.
        MissingExtraError: scipy or h5py is not installed.
    """
    cameras = read_cameras_h5(folder / "cameras.h5") if (folder / "cameras.h5").is_file() else None
    paths = sorted(folder.glob("s_*_act_*_subact_*_ca_*/matlab_meta.mat"), key=lambda path: path.parent.name)
    if not paths:
        raise DataFormatError(f"{folder}: found no folder such as s_01_act_02_subact_01_ca_01 with matlab_meta.mat")
    for path in sorted(paths, key=lambda path: parsed_name(path.parent.name)[0].subject not in SPLITS["train"]):
        yield _recording(path, cameras)


def _recording(path: Path, cameras: Mapping[tuple[str, int], Camera] | None) -> Recording:
    take, name = parsed_name(path.parent.name)
    key = take.subject, CAMERAS.index(name) + 1
    if cameras is not None and key not in cameras:
        raise DataFormatError(f"{path.parent.parent / 'cameras.h5'}: found no camera {key[1]} of {key[0]}")
    joints = _joints_cam_mm(path)
    camera = camera_of(take.subject, name) if cameras is None else cameras[key]
    return h36m_recording(take, camera, conversion(_SKELETONS[joints.shape[1]], H36M_17).joints(joints))


def _joints_cam_mm(path: Path) -> np.ndarray:
    """(F, 17 or 32, 3) float64."""
    try:
        from scipy.io import loadmat
    except ImportError:
        raise MissingExtraError("scipy", "h36m") from None
    try:
        stored = loadmat(path)
    # A damaged file makes its reader fail in any way.
    except Exception as error:
        raise DataFormatError(f"{path}: not a .mat file, or damaged ({error})", "get the file anew") from None
    for name in ("num_images", "Y3d_mono"):
        if name not in stored or stored[name].dtype.kind not in "fiu":
            raise DataFormatError(f"{path}: expected numbers {name}, found {', '.join(stored)}")
    frames, columns = np.ravel(stored["num_images"]), stored["Y3d_mono"]
    rows = {3 * joints for joints in _SKELETONS}
    if frames.shape != (1,) or columns.ndim != 2 or columns.shape[0] not in rows or columns.shape[1] != frames[0]:
        raise DataFormatError(
            f"{path}: expected Y3d_mono of {' or '.join(map(str, sorted(rows)))} rows and a column for each of "
            f"{frames.tolist()} images, found {columns.shape}"
        )
    return np.ascontiguousarray(columns.T.reshape(columns.shape[1], -1, 3), dtype=np.float64)
