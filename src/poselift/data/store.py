"""The dataset store: one memory-mapped safetensors file per dataset.

Arrays share their first axis, the frames of all clips one after the other. The JSON header, under the key
`poselift` of the file's metadata, holds the skeleton, the table of clips and where the data came from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from poselift.data.output import whole_file
from poselift.errors import DataFormatError
from poselift.skeleton import Skeleton, get_skeleton

FORMAT = "poselift-dataset"
VERSION = 1
_DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "U8": "|u1",
    "BOOL": "|b1",
}


@dataclass(frozen=True)
class ClipInfo:
    """One row of the clip table: frames [start, start + length) of every array."""

    name: str
    subject: str
    action: str
    start: int
    length: int
    fps: float
    split: str = "train"

    @property
    def frames(self) -> slice:
        return slice(self.start, self.start + self.length)


@dataclass(frozen=True, eq=False)
class DatasetStore:
    """A dataset: named arrays over all frames, and what they are.

    Attributes:
        skeleton: what the joints are.
        clips: the table of clips, which cover the frames in order.
        arrays: by name; the first axis is the frames. `joints_world_mm` (F, J, 3) is the usual one.
        about: provenance: source, licence, how it was prepared.
    """

    skeleton: Skeleton
    clips: tuple[ClipInfo, ...]
    arrays: Mapping[str, np.ndarray]
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.clips and sum(c.length for c in self.clips) != self.n_frames:
            raise DataFormatError(f"the clips cover {sum(c.length for c in self.clips)} frames of {self.n_frames}")
        for name, array in self.arrays.items():
            if len(array) != self.n_frames:
                raise DataFormatError(f"array {name}: expected {self.n_frames} frames, got {len(array)}")

    @property
    def n_frames(self) -> int:
        return len(next(iter(self.arrays.values()))) if self.arrays else 0

    @property
    def joints_world_mm(self) -> np.ndarray:
        """(F, J, 3) world axes, z up.

        Raises:
            DataFormatError: the store has none.
        """
        try:
            return self.arrays["joints_world_mm"]
        except KeyError:
            raise DataFormatError(f"the store has no joints_world_mm, only {', '.join(self.arrays)}") from None

    @cached_property
    def splits(self) -> dict[str, tuple[ClipInfo, ...]]:
        """Clips by the name of their split."""
        names = dict.fromkeys(c.split for c in self.clips)
        return {name: tuple(c for c in self.clips if c.split == name) for name in names}

    def frames_of(self, split: str) -> np.ndarray:
        """Indices of all frames of a split.

        Raises:
            DataFormatError: there is no such split; the hint lists those there are.
        """
        if split not in self.splits:
            raise DataFormatError(f"the store has no split {split!r}", f"it has: {', '.join(self.splits)}")
        return np.concatenate([np.arange(c.start, c.start + c.length) for c in self.splits[split]])

    def save(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the store; the file appears whole or not at all.

        Raises:
            OutputError: the file exists and `overwrite` is false, or it cannot be written.
        """
        header = {
            "format": FORMAT,
            "version": VERSION,
            "skeleton": self.skeleton.name,
            "clips": [asdict(c) for c in self.clips],
            "about": dict(self.about),
        }
        arrays = {name: np.ascontiguousarray(array) for name, array in self.arrays.items()}
        with whole_file(path, overwrite=overwrite) as temporary:
            save_file(arrays, temporary, metadata={"poselift": json.dumps(header)})


def load_store(path: Path) -> DatasetStore:
    """Open a store without reading its arrays, which stay on disk until they are used.

    Raises:
        DataFormatError: the file is missing, cut, or no dataset store of this version.
    """
    header, arrays = _mapped_arrays(path)
    try:
        about = json.loads(header["__metadata__"]["poselift"])
        if about["format"] != FORMAT or about["version"] != VERSION:
            raise DataFormatError(
                f"{path}: expected {FORMAT} version {VERSION}, found {about['format']} version {about['version']}"
            )
        clips = tuple(ClipInfo(**row) for row in about["clips"])
        return DatasetStore(get_skeleton(about["skeleton"]), clips, arrays, about["about"])
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise DataFormatError(
            f"{path}: not a poselift dataset ({error})", "make one with `poselift prepare`"
        ) from None


def _mapped_arrays(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The JSON header and the memory-mapped arrays of a safetensors file."""
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= size - 8:
                raise ValueError("the header does not fit in the file")
            header: dict[str, Any] = json.loads(file.read(length))
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise DataFormatError(f"{path}: not a safetensors file ({error})") from None
    arrays: dict[str, np.ndarray] = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        if 8 + length + end > size:
            raise DataFormatError(f"{path}: cut short: array {name} ends at byte {8 + length + end} of {size}")
        dtype, shape = np.dtype(_DTYPES[entry["dtype"]]), tuple(entry["shape"])
        if begin == end:
            arrays[name] = np.empty(shape, dtype)
        else:
            arrays[name] = np.memmap(path, dtype, "r", 8 + length + begin, shape)
    return header, arrays
