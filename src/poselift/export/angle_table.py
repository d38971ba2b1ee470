"""Joint angles as a table: a row for each person and frame, a column for each angle."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from poselift.angles.joint_angles import joint_angles
from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.export.markers import one_file_each
from poselift.files import whole_file

_NOT_A_NUMBER = re.compile(r",nan(?=[,\n])")


def write_angles(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> tuple[str, ...]:
    """`person`, `frame`, `time_s` and `right_knee_flexion_deg` ...; what is not known is an empty cell.

    Returns:
        The names of the angles.

    Raises:
        NoPersonError: nobody is in the scene.
        ShapeError: somebody has no 3D joints with a root position.
        SkeletonError: somebody's skeleton has the joints of no angle.
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
    """
    tracks = [track for track, _ in one_file_each(Scene.of(scene), path)]
    angles = [joint_angles(track.clip) for track in tracks]
    names = tuple(dict.fromkeys(name for each in angles for name in each.names))
    with (
        whole_file(Path(path), overwrite=overwrite) as temporary,
        open(temporary, "w", newline="", encoding="utf-8") as file,
    ):
        file.write("person,frame,time_s," + ",".join(f"{name}_deg" for name in names) + "\n")
        line = "%d,%d,%.6f" + ",%.2f" * len(names) + "\n"
        for track, each in zip(tracks, angles, strict=True):
            columns = [each[name] if name in each.names else np.full(len(track.clip), np.nan) for name in names]
            rows = zip(track.clip.time_s.tolist(), np.stack(columns, axis=1).tolist(), strict=True)
            lines = [line % (track.id, track.first_frame + n, time_s, *row) for n, (time_s, row) in enumerate(rows)]
            file.write(_NOT_A_NUMBER.sub(",", "".join(lines)))
    return names
