"""2D joints that detectors found, beside the pickles of lcn-pose: `h36m_sh_dt_ft.pkl` and files like it.

A file holds "train" and "test", with a row for every row of that set: `joint3d_image` (N, 17, 2 or more), of which x
and y count, and `confidence` (N, 17, 1).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Keypoints
from poselift.data.unpickle import read_pickle
from poselift.errors import DataFormatError
from poselift.skeleton import H36M_17


def detection_files(folder: Path) -> dict[str, Path]:
    """The files of detections in a folder by the name of their source: `sh_ft` is in h36m_sh_dt_ft.pkl."""
    found = {path: re.fullmatch(r"h36m_([^_]+)_dt((?:_.+)?)\.pkl", path.name) for path in folder.glob("h36m_*.pkl")}
    return {match[1] + match[2]: path for path, match in found.items() if match}


def detection_file(source: str) -> str:
    """The name of the file that holds a source of detections; inverse of `detection_files`."""
    detector, underscore, rest = source.partition("_")
    return f"h36m_{detector}_dt{underscore}{rest}.pkl"


def read_detections(folder: Path, sets: Collection[str]) -> dict[str, dict[str, Keypoints]]:
    """The detections of a folder by source and set, float64.

    Args:
        sets: those that are needed, of "train" and "test".

    Raises:
        DataFormatError: a file is damaged or harmful, or lacks a set; the message names it.
    """
    found = {}
    for source, path in sorted(detection_files(folder).items()):
        table = read_pickle(path)
        found[source] = {name: _keypoints(table, name, path) for name in sets}
    return found


def _keypoints(table: Any, name: str, path: Path) -> Keypoints:
    try:
        joints_px, confidence = (np.asarray(table[name][key]) for key in ("joint3d_image", "confidence"))
    except KeyError as error:
        raise DataFormatError(f"{path}: {name}: found no {error.args[0]}") from None
    except (TypeError, ValueError, IndexError):
        raise DataFormatError(f"{path}: {name}: expected a dict with arrays joint3d_image and confidence") from None
    joints, shape = len(H36M_17), joints_px.shape
    if joints_px.dtype.kind not in "fiu" or len(shape) != 3 or shape[1] != joints or shape[2] < 2:
        raise DataFormatError(
            f"{path}: {name}: expected numbers joint3d_image of shape (N, {joints}, 2), found {shape}"
        )
    rows = shape[:2]
    if confidence.dtype.kind not in "fiu" or confidence.shape not in (rows, (*rows, 1)):
        raise DataFormatError(
            f"{path}: {name}: expected numbers confidence of shape {(*rows, 1)}, found {confidence.shape}"
        )
    return Keypoints(joints_px[..., :2].astype(np.float64), confidence.reshape(rows).astype(np.float64))
