"""Clips on disk: `.npz` for numpy, `.json` for everything else. Both hold all of a clip and read back to the same.

npz: one array per field of `Clip` that is set, and `header`, a JSON text with the rest. No pickles.
json: the same header, the types of the arrays, and a list `frames`; a frame has `frame`, `time_s`, `valid`, `filled`
and its rows of the arrays. What is not finite (a missing joint, an invalid frame) is null, and NaN when read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from poselift.data.clip import Clip
from poselift.errors import DataFormatError, PoseliftError, SkeletonError
from poselift.files import whole_file
from poselift.geometry.camera import Camera
from poselift.skeleton import SKELETONS, get_skeleton

FORMAT = "poselift-clip"
VERSION = 1

_HINT = "name a poses.npz or poses.json written by `poselift lift`"
_ARRAYS = ("joints_px", "confidence", "joints_root_mm", "root_cam_mm")
_FLAGS = ("valid", "filled")
_UNITS = {
    "joints_px": "pixels, x right, y down",
    "joints_root_mm": "millimetres relative to the root, camera axes: x right, y down, z forward",
    "root_cam_mm": "millimetres, camera axes",
    "confidence": "0 (missing) to 1",
}


def save_clip(clip: Clip, path: Path | str, *, overwrite: bool = False) -> None:
    """Write a clip as `.npz` or `.json`, by the name's ending; the file appears whole or not at all.

    Raises:
        DataFormatError: the name has another ending.
        SkeletonError: the clip's skeleton is none of `SKELETONS`, where the reader will look for it.
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
    """
    path = Path(path)
    write = _by_ending({".npz": _write_npz, ".json": _write_json}, path)
    if SKELETONS.get(clip.skeleton.name) != clip.skeleton:
        raise SkeletonError(
            f"{path}: skeleton {clip.skeleton.name} is not one that a reader knows", f"known: {', '.join(SKELETONS)}"
        )
    with whole_file(path, overwrite=overwrite) as temporary:
        write(clip, temporary)


def load_clip(path: Path | str) -> Clip:
    """Read what `save_clip` wrote.

    Raises:
        DataFormatError: the file is missing, cut, or none of ours.
    """
    path = Path(path)
    read = _by_ending({".npz": _read_npz, ".json": _read_json}, path)
    try:
        clip: Clip = read(path)
        return clip
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


def _header(clip: Clip) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "skeleton": clip.skeleton.name,
        "joints": list(clip.skeleton.joints),
        "fps": float(clip.fps),
        "size_px": _pair(clip.size_px),
        "camera": clip.camera and clip.camera.as_dict(),
        "source": clip.source,
        "units": _UNITS,
    }


def _check_version(header: dict[str, Any]) -> None:
    if header["format"] != FORMAT:
        raise DataFormatError(f"expected {FORMAT}, found {header['format']}")
    if header["version"] != VERSION:
        raise DataFormatError(f"expected version {VERSION}, found {header['version']}", "pip install -U poselift")


def _clip(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Clip:
    skeleton = get_skeleton(header["skeleton"])
    if list(skeleton.joints) != header["joints"]:
        raise DataFormatError(f"its joints are not those of skeleton {skeleton.name} here", "pip install -U poselift")
    return Clip(
        skeleton,
        float(header["fps"]),
        size_px=_pair(header["size_px"]),
        camera=None if header["camera"] is None else Camera.from_dict(header["camera"]),
        source=str(header["source"]),
        **arrays,
    )


def _pair(size: Sequence[int] | None) -> tuple[int, int] | None:
    return None if size is None else (int(size[0]), int(size[1]))


def _write_npz(clip: Clip, path: Path) -> None:
    arrays = {name: getattr(clip, name) for name in (*_ARRAYS, *_FLAGS) if getattr(clip, name) is not None}
    with open(path, "wb") as file:
        np.savez_compressed(file, header=np.array(json.dumps(_header(clip))), **arrays)


def _read_npz(path: Path) -> Clip:
    # numpy leaves a damaged file that it opened itself open.
    with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
        header = json.loads(str(file["header"]))
        _check_version(header)
        return _clip(header, {name: file[name] for name in (*_ARRAYS, *_FLAGS) if name in file})


def _write_json(clip: Clip, path: Path) -> None:
    dtypes = {name: str(getattr(clip, name).dtype) for name in _ARRAYS if getattr(clip, name) is not None}
    header = json.dumps({**_header(clip), "dtypes": dtypes}, indent=1, allow_nan=False)
    with open(path, "w", encoding="utf-8") as file:
        # Frame by frame, so that a long clip never stands in memory as text.
        file.write(header.removesuffix("\n}") + ',\n "frames": [')
        for frame in clip.frames.tolist():
            file.write(("" if frame == 0 else ",") + "\n  " + json.dumps(_row(clip, frame), allow_nan=False))
        file.write("\n ]\n}\n")


def _row(clip: Clip, frame: int) -> dict[str, Any]:
    row: dict[str, Any] = {"frame": frame, "time_s": round(frame / float(clip.fps), 6)}
    for name in _FLAGS:
        row[name] = bool(getattr(clip, name)[frame])
    for name in _ARRAYS:
        array = getattr(clip, name)
        if array is not None:
            row[name] = _finite(array[frame])
    return row


def _finite(values: np.ndarray) -> Any:
    """Nested lists, null where a value is not finite. The shortest numbers that read back to the same floats."""
    if values.ndim > 1:
        return [_finite(part) for part in values]
    return [float(str(value)) if np.isfinite(value) else None for value in values]


def _read_json(path: Path) -> Clip:
    data = json.loads(path.read_text(encoding="utf-8"))
    _check_version(data)
    rows = data["frames"]
    joints = len(data["joints"])
    shapes = {"joints_px": (joints, 2), "confidence": (joints,), "joints_root_mm": (joints, 3), "root_cam_mm": (3,)}
    arrays: dict[str, np.ndarray] = {}
    for name, dtype in data["dtypes"].items():
        # None becomes NaN.
        arrays[name] = np.array([row[name] for row in rows], dtype=np.dtype(dtype)).reshape(len(rows), *shapes[name])
    for name in _FLAGS:
        arrays[name] = np.array([row[name] for row in rows], dtype=bool)
    return _clip(data, arrays)
