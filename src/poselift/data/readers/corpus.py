"""Folders of motion capture to one dataset store."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np

from poselift.data.readers import OnRead, read_silently
from poselift.data.readers.dialects import BODIES, UNREAL_BVH
from poselift.data.readers.mocap import MocapClip, read_mocap
from poselift.data.readers.option import Option
from poselift.data.splits import split_by_take
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError, ShapeError
from poselift.skeleton import H36M_17, Skeleton

MOST_FPS = 60.0
CITATION = (
    "CMU clips: CMU Graphics Lab Motion Capture Database, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217"
)
TERMS = "CMU clips: free for all uses, also in products that are sold; the data itself may not be resold"
ANIMATED_TERMS = "clips on Unreal's body: where they are Mesh2Motion's (github.com/Mesh2Motion), CC0"


def mocap_files(folders: Sequence[Path]) -> dict[str, Path]:
    """The BVH and AMC files below some folders by the names of their clips, `folder/subfolder/file`, in order.

    Raises:
        DataFormatError: a folder is missing, there is no such file below any of them, or two have the same name.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise DataFormatError(f"{folder}: expected a folder", "name the folder of unpacked .bvh or .amc files")
        for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".bvh", ".amc")):
            name = (folder.resolve().name / path.relative_to(folder).with_suffix("")).as_posix()
            if name in found:
                raise DataFormatError(
                    f"{found[name]} and {path}: expected clips of different names, found {name} twice",
                    "leave one of them out, or rename a folder",
                )
            found[name] = path
    if not found:
        names = ", ".join(map(str, folders))
        raise DataFormatError(f"{names}: expected .bvh or .amc files, found none", "unpack the corpus first")
    return found


_FOLDERS = Option("Folders with .bvh files, or .amc files beside their .asf.")
_SKELETON = Option(
    "Joints to keep: h36m17, body21 (with feet), or the .toml file of a skeleton whose joints have the files' names."
)
_UNIT = Option("Millimetres that a length of 1 stands for in the files. Default: what makes a human of each.")
_FPS = Option("Most frames per second to keep.")


def prepare_mocap(
    folders: Annotated[Sequence[Path], _FOLDERS],
    *,
    skeleton: Annotated[Skeleton, _SKELETON] = H36M_17,
    unit_mm: Annotated[float | None, _UNIT] = None,
    fps: Annotated[float, _FPS] = MOST_FPS,
    on_read: OnRead = read_silently,
) -> DatasetStore:
    """Motion capture to a dataset store, split so that no test motion is trained on.

    Reads BVH with joint names of the CMU database's conversion, of Character Creator, Unity's Neo or Unreal, and
    ASF/AMC; any other with --skeleton.

    Args:
        skeleton: what the store shall hold; Human3.6M-17, body21, or one whose joints are named as in the files.
        unit_mm: what a length of 1 stands for in the files. Default: what makes a human of each.
        fps: the most frames per second to keep; faster takes keep every second frame, every third and so on.
        on_read: called with the number of files read.

    Raises:
        DataFormatError: a file breaks its format; the message names file and line.
        ShapeError: `fps` is below 1, or `unit_mm` no length.
    """
    if unit_mm is not None and not 0 < unit_mm < math.inf:
        raise ShapeError(f"unit_mm: expected a length in millimetres, got {unit_mm:g}", "10 stands for centimetres")
    if not (np.isfinite(fps) and fps >= 1):
        raise ShapeError(
            f"fps: expected a number from 1, got {fps}", "say how many frames a second to keep, such as 60"
        )
    clips: list[ClipInfo] = []
    joints: list[np.ndarray] = []
    dialects: list[str] = []
    start = 0
    files = mocap_files(folders)
    for name, path in files.items():
        take = read_mocap(path, skeleton, unit_mm=unit_mm)
        step = max(1, math.ceil(take.fps / fps - 1e-6))
        dialects.append(take.dialect)
        joints.append(take.joints_world_mm[::step].astype(np.float32))
        clips.append(_clip_info(name, take, start, len(joints[-1]), take.fps / step))
        start += len(joints[-1])
        on_read(len(clips), len(files))
    about = {
        "source": f"motion capture in BVH and ASF/AMC files below {', '.join(f.resolve().name for f in folders)}",
        "joints": f"{'Human3.6M-17' if skeleton == H36M_17 else skeleton.name} by poselift.data.readers.mocap",
        "fps": f"at most {fps:g}",
        "dialects": dict(Counter(dialects)),
        **(_rights(dialects) if skeleton in BODIES else {}),
    }
    store = DatasetStore(skeleton, tuple(clips), {"joints_world_mm": np.concatenate(joints)}, about)
    return split_by_take(store)


def _rights(dialects: Sequence[str]) -> dict[str, str]:
    """Whom to cite, and what may be done, with clips of these dialects."""
    captured = any(name != UNREAL_BVH.name for name in dialects)
    terms = [TERMS] * captured + [ANIMATED_TERMS] * (UNREAL_BVH.name in dialects)
    return {**({"citation": CITATION} if captured else {}), "terms": "; ".join(terms)}


def _clip_info(name: str, take: MocapClip, start: int, length: int, fps: float) -> ClipInfo:
    """Subject and action by the customs of the CMU corpora: `SUBJECT_TAKE`, or `action_NUMBER_split`."""
    numbered = re.fullmatch(r"(\d+)_\d+", take.name)
    words = re.match(r"[A-Za-z]+(?:_[A-Za-z]+)*(?=_\d|$)", take.name)
    action = numbered[1] if numbered else words[0] if words else take.name
    subject = numbered[1] if numbered else "unknown"
    return ClipInfo(name, subject, action, start, length, fps)
