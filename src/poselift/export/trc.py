"""Marker files (.trc) of Motion Analysis, which OpenSim and Mokka read.

After OpenSim's documentation, "Marker (.trc) Files". Metres; x ahead of the camera, y up, z to its right, since
OpenSim has y up. A marker that is missing is an empty cell.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

from poselift.data.clip import Clip
from poselift.data.scene import Scene, Track
from poselift.export.markers import marker_names, one_file_each
from poselift.files import whole_file
from poselift.world.placing import upright_mm

# z up to y up: world x, y, z are the file's z, x, y.
_AXES = (1, 2, 0)
_NOTHING = re.compile(r"\tnan(?=[\t\n])")


def write_trc(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> list[Path]:
    """One file for each person, of the frames from their first to their last, at the footage's times.

    The first person by id has the name that is given, of others `_ID` is added: `walk_2.trc`.

    Returns:
        The files that were written.

    Raises:
        NoPersonError: nobody is in the scene.
        ShapeError: somebody has no 3D joints with a root position.
        OutputError: a file exists and `overwrite` is false, or cannot be written.
    """
    people = one_file_each(Scene.of(scene), path)
    with ExitStack() as files:
        for track, file in people:
            temporary = files.enter_context(whole_file(file, overwrite=overwrite))
            with open(temporary, "w", encoding="utf-8", newline="\n") as text:
                text.write(_header(track, file.name))
                text.write(_NOTHING.sub("\t", _rows(track)))
    return [file for _, file in people]


def _header(track: Track, name: str) -> str:
    clip, first = track.clip, track.first_frame + 1
    names = marker_names(clip.skeleton)
    rates = f"{clip.fps:.6g}\t{clip.fps:.6g}\t{len(clip)}\t{len(names)}\tm\t{clip.fps:.6g}\t{first}\t{len(clip)}"
    axes = "\t".join(f"{axis}{n}" for n in range(1, len(names) + 1) for axis in "XYZ")
    return (
        f"PathFileType\t4\t(X/Y/Z)\t{name}\n"
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
        f"{rates}\n"
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t\n"
        f"\t\t{axes}\n\n"
    )


def _rows(track: Track) -> str:
    clip = track.clip
    places_m = upright_mm(clip)[..., _AXES].reshape(len(clip), -1) / 1e3
    line = "%d\t%.6f" + "\t%.5f" * places_m.shape[1] + "\n"
    numbers = zip(range(track.first_frame + 1, track.first_frame + 1 + len(clip)), clip.time_s, places_m, strict=True)
    return "".join(line % (frame, time_s, *row) for frame, time_s, row in numbers)
