"""Clips as tables for spreadsheets and data frames."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from poselift.data.clip import Clip
from poselift.files import whole_file


def write_csv(clip: Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """One row per frame: frame, time_s, valid, filled, then the columns of each array that the clip has.

    `<joint>_x_px`, `_y_px`, `<joint>_confidence`: the 2D joints. `<joint>_x_mm`, `_y_mm`, `_z_mm`: relative to the
    root, in camera axes (x right, y down, z forward). `root_x_mm` ...: the root in camera axes. What is not a number
    is an empty cell.

    Raises:
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
    """
    names, columns = _columns(clip)
    table = np.concatenate(columns, axis=1, dtype=np.float64)
    with (
        whole_file(Path(path), overwrite=overwrite) as temporary,
        open(temporary, "w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(["frame", "time_s", "valid", "filled", *names])
        for frame, values in enumerate(table):
            cells = [f"{value:.6g}" if np.isfinite(value) else "" for value in values]
            start = [frame, f"{frame / clip.fps:.6f}", int(clip.valid[frame]), int(clip.filled[frame])]
            writer.writerow([*start, *cells])


def _columns(clip: Clip) -> tuple[list[str], list[np.ndarray]]:
    joints = clip.skeleton.joints
    parts: list[tuple[list[str], np.ndarray | None]] = [
        ([f"{j}_{axis}_mm" for j in joints for axis in "xyz"], clip.joints_root_mm),
        ([f"root_{axis}_mm" for axis in "xyz"], clip.root_cam_mm),
        ([f"{j}_{axis}_px" for j in joints for axis in "xy"], clip.joints_px),
        ([f"{j}_confidence" for j in joints], clip.confidence),
    ]
    present = [(names, array.reshape(len(clip), len(names))) for names, array in parts if array is not None]
    return [name for names, _ in present for name in names], [array for _, array in present]
