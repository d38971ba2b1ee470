"""Scenes on disk: `.npz` for numpy, `.json` for everything else. Both hold all of a scene and read back to the same.

npz: `time_s`, one array per field of each person's `Clip` that is set, named `<id>/<field>`, and `header`, a JSON
text with the rest. No pickles.
json: the same header, the types of the arrays, and a list `frames`; a frame has `frame`, `time_s` and `people`, each
with its `id`, `valid`, `filled` and its rows of the arrays. What is not finite (a missing joint, an invalid frame) is
null, and NaN when read.

The header says what holds for the footage, and for each track its id, its first frame, its whole skeleton, and what
of the rest is not as for the footage. It has `notes` where there is something that readers should know, and `about`
where it is known how the poses were made. Files of
version 1, which held one clip, are read too, see `clip_file_v1`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Clip
from poselift.data.clip_file_v1 import FORMAT as FORMAT_V1
from poselift.data.clip_file_v1 import upgraded
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import DataFormatError, PoseliftError
from poselift.files import whole_file
from poselift.geometry.camera import Camera
from poselift.skeleton.forms import stored_skeleton

FORMAT = "poselift-scene"
VERSION = 2

# Frames that stand in memory as text at once.
_TEXT_FRAMES = 1000
_HINT = "name a poses.npz or poses.json written by `poselift lift`"
_ARRAYS = (
    *("joints_px", "confidence", "joint_status"),
    *("joints_root_mm", "root_cam_mm", "expected_error_mm", "error_90_mm"),
)
# Written for other tools; whoever reads it here makes it anew.
_MADE_OF_THEM = "joints_world_mm"
_FLAGS = ("valid", "filled")
_UNITS = {
    "time_s": "seconds",
    "joints_px": "pixels, x right, y down",
    "expected_error_mm": "millimetres that the model expects a joint to be off, relative to the root",
    "error_90_mm": "millimetres within which nine of ten joints lie, relative to the root",
    "joint_status": "0 seen, 1 filled from frames around it, 2 guessed from the other joints",
    "joints_world_mm": "millimetres, z up; made of root_cam_mm, joints_root_mm and the camera's place",
    "joints_root_mm": "millimetres relative to the root, camera axes: x right, y down, z forward",
    "root_cam_mm": "millimetres, camera axes",
    "confidence": "0 (missing) to 1",
}


def save(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """Write a scene as `.npz` or `.json`, by the name's ending; the file appears whole or not at all.

    A clip is written as a scene of one person.

    Raises:
        DataFormatError: the name has another ending.
        OutputError: the file exists and `overwrite` is false, or it cannot be written.

    >>> import numpy as np
    >>> from poselift import SKELETONS, Clip, load
    >>> clip = Clip(SKELETONS["coco17"], fps=25, joints_px=np.ones((50, 17, 2)))
    >>> save(clip, "poses.json")
    >>> load("poses.json").main.joints_px.shape
    (50, 17, 2)
    """
    path = Path(path)
    write = _by_ending({".npz": _write_npz, ".json": _write_json}, path)
    with whole_file(path, overwrite=overwrite) as temporary:
        write(Scene.of(scene), temporary)


def load(path: Path | str) -> Scene:
    """Read what `save` wrote, or `poselift lift`.

    Raises:
        DataFormatError: the file is missing, cut, of a later version, or none of ours.

    >>> load("no_such_file.npz")
    Traceback (most recent call last):
    poselift.errors.DataFormatError: no_such_file.npz: cannot be read (No such file or directory)
    """
    path = Path(path)
    read = _by_ending({".npz": _read_npz, ".json": _read_json}, path)
    try:
        header, arrays = read(path)
        return _scene(header, arrays)
    except PoseliftError as error:
        raise DataFormatError(f"{path}: {error}", error.hint or _HINT) from None
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror or error})", "check the path") from None
    except Exception as error:  # zip, zlib, json and numpy each have their own for a damaged file
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DataFormatError(f"{path}: not a poselift result, or damaged ({reason})", _HINT) from error


def _by_ending(choices: dict[str, Callable[..., Any]], path: Path) -> Callable[..., Any]:
    if path.suffix not in choices:
        raise DataFormatError(
            f"{path}: expected a name that ends in {' or '.join(choices)}, got {path.suffix!r}", "name another file"
        )
    return choices[path.suffix]


def _header(scene: Scene) -> dict[str, Any]:
    general = _about(scene.footage)
    tracks = []
    for track in scene.tracks:
        own = {key: value for key, value in _about(track.clip).items() if value != general[key]}
        about = {"id": int(track.id), "first_frame": int(track.first_frame), **own}
        tracks.append({**about, "skeleton": track.clip.skeleton.as_dict()})
    notes = {"notes": list(scene.footage.notes)} if scene.footage.notes else {}
    about = {"about": dict(scene.about)} if scene.about else {}
    return {"format": FORMAT, "version": VERSION, **general, **notes, **about, "units": _UNITS, "tracks": tracks}


def _about(held: Footage | Clip) -> dict[str, Any]:
    """What both say about the recording."""
    return {
        "fps": float(held.fps),
        "size_px": _pair(held.size_px),
        "camera": held.camera and held.camera.as_dict(),
        "source": held.source,
    }


def _recording(about: Mapping[str, Any]) -> dict[str, Any]:
    """Inverse of `_about`."""
    return {
        "fps": float(about["fps"]),
        "size_px": _pair(about["size_px"]),
        "camera": None if about["camera"] is None else Camera.from_dict(about["camera"]),
        "source": str(about["source"]),
    }


def _pair(size: Sequence[int] | None) -> tuple[int, int] | None:
    return None if size is None else (int(size[0]), int(size[1]))


def _checked(header: dict[str, Any]) -> dict[str, Any]:
    """The header as this version writes it.

    Raises:
        DataFormatError: it is of a later version, or none of ours.
    """
    if header["format"] == FORMAT_V1:
        return upgraded(header)
    if header["format"] != FORMAT:
        raise DataFormatError(f"expected {FORMAT}, found {header['format']}")
    if header["version"] != VERSION:
        raise DataFormatError(f"expected version {VERSION}, found {header['version']}", "pip install -U poselift")
    return header


def _scene(header: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Scene:
    recording = _recording(header)
    time_s = arrays.get("time_s")
    if time_s is None:  # version 1
        time_s = np.arange(len(next(iter(arrays.values())))) / recording["fps"]
    footage = Footage(time_s, **recording, notes=_notes(header))
    tracks = []
    for entry in header["tracks"]:
        track_id, first = int(entry["id"]), int(entry["first_frame"])
        places = {name: f"{track_id}/{name}" for name in (*_ARRAYS, *_FLAGS)}
        own: dict[str, Any] = {name: arrays[place] for name, place in places.items() if place in arrays}
        end = first + len(own["valid"])
        clip = Clip(
            stored_skeleton(entry["skeleton"]),
            time_s=footage.time_s[first:end],
            **_recording({**header, **entry}),
            **own,
        )
        tracks.append(Track(track_id, first, clip))
    return Scene(footage, tuple(tracks), _made(header))


def _made(header: Mapping[str, Any]) -> dict[str, str | float]:
    about = header.get("about", {})
    if not isinstance(about, dict) or not all(isinstance(value, str | int | float) for value in about.values()):
        raise DataFormatError("about: expected texts and numbers by name")
    return about


def _notes(header: Mapping[str, Any]) -> tuple[str, ...]:
    notes = header.get("notes", [])
    if not isinstance(notes, list):
        raise DataFormatError(f"notes: expected a list of lines, found {type(notes).__name__}")
    return tuple(notes)


def _write_npz(scene: Scene, path: Path) -> None:
    arrays: dict[str, Any] = {"time_s": scene.footage.time_s}
    for track in scene.tracks:
        held = {name: getattr(track.clip, name) for name in (*_ARRAYS, *_FLAGS)}
        held[_MADE_OF_THEM] = _world_mm(track.clip)
        arrays.update({f"{track.id}/{name}": array for name, array in held.items() if array is not None})
    with open(path, "wb") as file:
        np.savez_compressed(file, header=np.array(json.dumps(_header(scene))), **arrays)


def _read_npz(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    # numpy leaves a damaged file that it opened itself open.
    with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
        header = json.loads(str(file["header"]))
        prefix = "1/" if header["format"] == FORMAT_V1 else ""
        return _checked(header), {prefix + name: file[name] for name in file if name != "header"}


def _world_mm(clip: Clip) -> np.ndarray | None:
    if clip.joints_root_mm is None or clip.root_cam_mm is None or clip.camera is None:
        return None
    return clip.joints_world_mm


def _write_json(scene: Scene, path: Path) -> None:
    header = _header(scene)
    for about, track in zip(header["tracks"], scene.tracks, strict=True):
        held = {name: getattr(track.clip, name) for name in _ARRAYS}
        about["dtypes"] = {name: str(array.dtype) for name, array in held.items() if array is not None}
    arrays = [
        {name: getattr(track.clip, name) for name in (*_FLAGS, *_ARRAYS)} | {_MADE_OF_THEM: _world_mm(track.clip)}
        for track in scene.tracks
    ]
    text = json.dumps(header, indent=1, allow_nan=False)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.removesuffix("\n}") + ',\n "frames": [')
        # A long scene never stands in memory as text.
        for start in range(0, len(scene.footage), _TEXT_FRAMES):
            end = min(start + _TEXT_FRAMES, len(scene.footage))
            file.write("," * (start > 0) + ",".join(_rows(scene, arrays, start, end)))
        file.write("\n ]\n}\n")


def _rows(scene: Scene, arrays: Sequence[Mapping[str, np.ndarray | None]], start: int, end: int) -> list[str]:
    """The text of some frames, each with its people."""
    people: list[list[str]] = [[] for _ in range(start, end)]
    for track, held in zip(scene.tracks, arrays, strict=True):
        first, last = max(start, track.first_frame), min(end, track.first_frame + len(track.clip))
        rows = slice(first - track.first_frame, last - track.first_frame)
        texts = (
            {name: _texts(array[rows]) for name, array in held.items() if array is not None} if first < last else {}
        )
        for n, frame in enumerate(range(first, last)):
            parts = "".join(f', "{name}": {text[n]}' for name, text in texts.items())
            people[frame - start].append(f'{{"id": {track.id}{parts}}}')
    times = scene.footage.time_s[start:end].tolist()
    return [
        f'\n  {{"frame": {start + n}, "time_s": {time_s!r}, "people": [{", ".join(row)}]}}'
        for n, (time_s, row) in enumerate(zip(times, people, strict=True))
    ]


def _texts(values: np.ndarray) -> list[str]:
    """Each entry as JSON, null where it is not finite. Numbers are the shortest that read back to the same floats."""
    flat: list[str] = values.astype(str).ravel().tolist()
    if values.dtype.kind == "b":
        return [text.lower() for text in flat]
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        flat = [text if known else "null" for text, known in zip(flat, np.isfinite(values).ravel(), strict=True)]
    for length in reversed(values.shape[1:]):
        flat = [f"[{', '.join(flat[at : at + length])}]" for at in range(0, len(flat), length)]
    return flat


def _read_json(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    data = json.loads(path.read_text(encoding="utf-8"))
    header, rows = _checked(data), data["frames"]
    arrays: dict[str, np.ndarray] = {}
    if data["format"] == FORMAT_V1:
        rows = [{"people": [{"id": 1, **row}]} for row in rows]
    else:
        arrays["time_s"] = np.array([row["time_s"] for row in rows], dtype=np.float64)
    people = _people(rows, header["tracks"])
    for entry in header["tracks"]:
        own = people[entry["id"]]
        joints = len(stored_skeleton(entry["skeleton"]))
        shapes = {
            "joints_px": (joints, 2),
            "confidence": (joints,),
            "joints_root_mm": (joints, 3),
            "root_cam_mm": (3,),
            "expected_error_mm": (joints,),
            "error_90_mm": (joints,),
            "joint_status": (joints,),
        }
        for name, dtype in entry["dtypes"].items():
            # None becomes NaN.
            values = np.array([row[name] for row in own], dtype=np.dtype(dtype))
            arrays[f"{entry['id']}/{name}"] = values.reshape(len(own), *shapes[name])
        for name in _FLAGS:
            arrays[f"{entry['id']}/{name}"] = np.array([row[name] for row in own], dtype=bool)
    return header, arrays


def _people(
    rows: Sequence[Mapping[str, Any]], tracks: Sequence[Mapping[str, Any]]
) -> dict[int, list[Mapping[str, Any]]]:
    """The rows of each track, by id."""
    people: dict[int, list[Mapping[str, Any]]] = {entry["id"]: [] for entry in tracks}
    first = {entry["id"]: entry["first_frame"] for entry in tracks}
    for frame, row in enumerate(rows):
        for person in row["people"]:
            own = people[person["id"]]
            if frame != first[person["id"]] + len(own):
                raise DataFormatError(f"frame {frame} holds id {person['id']}, which should follow frame by frame")
            own.append(person)
    return people
