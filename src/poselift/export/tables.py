"""Scenes as tables for spreadsheets and data frames."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from poselift.data.clip import Clip
from poselift.data.scene import Scene, Track
from poselift.files import whole_file


def write_csv(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """One row per frame and person: frame, time_s, person, valid, filled, then the columns of everybody's arrays.

    `person` is the id of the track; frames are those of the footage. `<joint>_x_px`, `_y_px`, `<joint>_confidence`:
    the 2D joints. `<joint>_x_mm`, `_y_mm`, `_z_mm`: relative to the root, in camera axes (x right, y down, z
    forward). `root_x_mm` ...: the root in camera axes. What is not a number, or what this person has not, is an empty
    cell.

    Raises:
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
    """
    scene = Scene.of(scene)
    tables = [_columns(track.clip) for track in scene.tracks]
    names = list(dict.fromkeys(name for own_names, _ in tables for name in own_names))
    with (
        whole_file(Path(path), overwrite=overwrite) as temporary,
        open(temporary, "w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, ["frame", "time_s", "person", "valid", "filled", *names])
        writer.writeheader()
        for frame in range(len(scene.footage)):
            for track, (own_names, table) in zip(scene.tracks, tables, strict=True):
                if 0 <= frame - track.first_frame < len(track.clip):
                    cells = _cells(table[frame - track.first_frame])
                    writer.writerow({**_start(track, frame), **dict(zip(own_names, cells, strict=True))})


def _start(track: Track, frame: int) -> dict[str, object]:
    clip, at = track.clip, frame - track.first_frame
    flags = {"valid": int(clip.valid[at]), "filled": int(clip.filled[at])}
    return {"frame": frame, "time_s": f"{clip.time_s[at]:.6f}", "person": track.id, **flags}


def _cells(values: np.ndarray) -> list[str]:
    return [f"{value:.6g}" if np.isfinite(value) else "" for value in values]


def _columns(clip: Clip) -> tuple[list[str], np.ndarray]:
    """The names of the columns, and the table (F, columns)."""
    joints = clip.skeleton.joints
    parts: list[tuple[list[str], np.ndarray | None]] = [
        ([f"{j}_{axis}_mm" for j in joints for axis in "xyz"], clip.joints_root_mm),
        ([f"root_{axis}_mm" for axis in "xyz"], clip.root_cam_mm),
        ([f"{j}_{axis}_px" for j in joints for axis in "xy"], clip.joints_px),
        ([f"{j}_confidence" for j in joints], clip.confidence),
        ([f"{j}_expected_error_mm" for j in joints], clip.expected_error_mm),
    ]
    present = [(names, array.reshape(len(clip), len(names))) for names, array in parts if array is not None]
    table = np.concatenate([array for _, array in present], axis=1, dtype=np.float64)
    return [name for names, _ in present for name in names], table
