"""Scenes as tidy tables, for spreadsheets, data frames and statistics: a row for each frame, person and joint."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from poselift.data.clip import Clip
from poselift.data.joint_status import NAMES
from poselift.data.scene import Scene, Track
from poselift.export.joint_columns import ABSENT, JOINT_COLUMNS, joint_columns
from poselift.files import whole_file

_NOT_A_NUMBER = re.compile(r",nan(?=[,\n])")
# Frames that stand in memory as text at once.
_FRAMES = 1000


def write_csv(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """One row for each frame, person and joint, ordered so.

    `frame`, `time_s`, `person` (the id of the track), `joint`; `x_world_mm`, `y_world_mm`, `z_world_mm`: z up, empty
    where the place is not known; `x_root_mm`, `y_root_mm`, `z_root_mm`: relative to the root, camera axes (x right,
    y down, z forward); `x_px`, `y_px`, `confidence`: the 2D joint; `error_90_mm`: within which nine of ten lie;
    `status`: seen, filled or guessed, absent in frames without the person. What is not known is an empty cell.

    Raises:
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
    """
    scene = Scene.of(scene)
    people = [_Person(track) for track in scene.tracks]
    with (
        whole_file(Path(path), overwrite=overwrite) as temporary,
        open(temporary, "w", newline="", encoding="utf-8") as file,
    ):
        file.write("frame,time_s,person,joint," + ",".join(JOINT_COLUMNS) + ",status\n")
        for start in range(0, len(scene.footage), _FRAMES):
            lines = [
                line
                for frame in range(start, min(start + _FRAMES, len(scene.footage)))
                for person in people
                for line in person.lines(frame)
            ]
            file.write(_NOT_A_NUMBER.sub(",", "".join(lines)))


class _Person:
    """A track's numbers (F, J, columns), and the lines that they make."""

    def __init__(self, track: Track) -> None:
        clip = track.clip
        self._table = joint_columns(clip)
        self._first, self._id, self._clip = track.first_frame, track.id, clip
        formats = "%.2f," * 6 + "%.2f,%.2f,%.4g,%.1f"
        self._line = [f"%d,%.6f,{self._id},{_quoted(joint)},{formats},%s\n" for joint in clip.skeleton.joints]

    def lines(self, frame: int) -> list[str]:
        """Those of a frame of the footage: none if the track is not there."""
        at = frame - self._first
        if not 0 <= at < len(self._clip):
            return []
        time_s, here = self._clip.time_s[at], self._clip.valid[at]
        status = self._clip.joint_status[at].tolist()
        rows = zip(self._line, self._table[at].tolist(), status, strict=True)
        return [line % (frame, time_s, *row, NAMES[number] if here else ABSENT) for line, row, number in rows]


def _quoted(text: str) -> str:
    """A name as a cell, and safe in a format."""
    cell = io.StringIO()
    csv.writer(cell, lineterminator="").writerow([text])
    # Quoted, so that it is not taken for what is not a number.
    return '"nan"' if text == "nan" else cell.getvalue().replace("%", "%%")
