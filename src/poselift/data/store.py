"""The dataset store: one memory-mapped safetensors file per dataset.

Arrays share their first axis, the frames of all clips one after the other. The JSON header, under the key
`poselift` of the file's metadata, holds the skeleton, the cameras, the table of clips and where the data came from.
"""

from __future__ import annotations

import json
import math
import operator
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from safetensors.numpy import save_file

from poselift.errors import DataFormatError, ShapeError, SkeletonError
from poselift.files import whole_file
from poselift.geometry.camera import Camera
from poselift.skeleton import Skeleton, stored_skeleton

FORMAT = "poselift-dataset"
VERSION = 3  # 1 had no cameras, 2 only the name of its skeleton, neither kind nor tags
Kind: TypeAlias = Literal["motion_capture", "recordings"]
_OF_JOINTS = ("joints_", "confidence")  # such arrays have the joints as their second axis
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
    """One row of the clip table: frames [start, start + length) of every array.

    Attributes:
        name: unique, for people and files.
        subject, action, take: who does what; `take` tells repetitions of an action apart.
        camera: key of the store's cameras; "" where the clip was not seen by one.
        split: "train", "val" or "test".
        tags: what else is to be known of it, such as "faulty".
    """

    name: str
    subject: str
    action: str
    start: int
    length: int
    fps: float
    split: str = "train"
    take: str = ""
    camera: str = ""
    tags: tuple[str, ...] = ()

    @property
    def frames(self) -> slice:
        return slice(self.start, self.start + self.length)


@dataclass(frozen=True, eq=False)
class DatasetStore:
    """A dataset: named arrays over all frames, and what they are.

    Attributes:
        skeleton: what the joints are.
        clips: the table of clips, which cover the frames in order.
        arrays: by name; the first axis is the frames. `joints_world_mm` (F, J, 3) of motion capture, `joints_cam_mm`
            (F, J, 3) of what cameras saw, with detections `joints_px.NAME` (F, J, 2) and `confidence.NAME` (F, J).
            `valid` (F,) bool, where it is there, is false for frames whose pose nobody knows.
        about: provenance: source, licence, how it was prepared.
        cameras: by the key that clips name them by.

    >>> from poselift import SKELETONS
    >>> clips = (ClipInfo("walk 1", "Anna", "walk", start=0, length=50, fps=25.0),)
    >>> arrays = {"joints_world_mm": np.zeros((50, 17, 3), dtype=np.float32)}
    >>> store = DatasetStore(SKELETONS["h36m17"], clips, arrays)
    >>> store.n_frames, store.kind
    (50, 'motion_capture')
    """

    skeleton: Skeleton
    clips: tuple[ClipInfo, ...]
    arrays: Mapping[str, np.ndarray]
    about: Mapping[str, Any] = field(default_factory=dict)
    cameras: Mapping[str, Camera] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = {clip.camera for clip in self.clips} - {"", *self.cameras}
        if unknown:
            raise DataFormatError(
                f"clips were seen by cameras that the store does not have: {', '.join(sorted(unknown))}"
            )
        covered = 0
        for clip in self.clips:
            if clip.start != covered or clip.length < 1 or not 0 < clip.fps < math.inf:
                raise DataFormatError(
                    f"clip {clip.name}: expected start {covered}, length and fps above 0,"
                    f" got {clip.start}, {clip.length}, {clip.fps}"
                )
            covered += clip.length
        if self.clips and covered != self.n_frames:
            raise DataFormatError(f"the clips cover {covered} frames of {self.n_frames}")
        for name, array in self.arrays.items():
            if array.ndim == 0 or len(array) != self.n_frames:
                raise DataFormatError(f"array {name}: expected {self.n_frames} frames, got shape {array.shape}")
            if name.startswith(_OF_JOINTS) and array.shape[1:2] != (len(self.skeleton),):
                raise DataFormatError(
                    f"array {name}: expected {len(self.skeleton)} joints of skeleton {self.skeleton.name}, "
                    f"got shape {array.shape}"
                )
            if array.dtype.newbyteorder("<").str not in _DTYPES.values():
                raise DataFormatError(f"array {name}: a store cannot hold {array.dtype}")
            if name == "valid" and (array.ndim != 1 or array.dtype != bool):
                raise DataFormatError(f"array valid: expected a bool for each frame, got {array.dtype} {array.shape}")

    @property
    def n_frames(self) -> int:
        first = next(iter(self.arrays.values()), None)
        return 0 if first is None or first.ndim == 0 else len(first)

    @property
    def joints_world_mm(self) -> np.ndarray:
        """(F, J, 3) world axes, z up.

        Raises:
            DataFormatError: the store has none.
        """
        return self._array("joints_world_mm", "it holds what cameras saw; use a store of motion capture")

    @property
    def joints_cam_mm(self) -> np.ndarray:
        """(F, J, 3) axes of each clip's camera.

        Raises:
            DataFormatError: the store has none.
        """
        return self._array("joints_cam_mm", "it holds motion that no camera saw; see `poselift prepare h36m`")

    def _array(self, name: str, hint: str) -> np.ndarray:
        try:
            return self.arrays[name]
        except KeyError:
            raise DataFormatError(f"the store has no {name}, only {', '.join(self.arrays)}", hint) from None

    @property
    def kind(self) -> Kind:
        """What it holds: motion that no camera saw, or what cameras saw. The file says it too."""
        return "recordings" if "joints_cam_mm" in self.arrays else "motion_capture"

    def valid_frames(self, clip: ClipInfo) -> np.ndarray:
        """Which frames (F,) of a clip hold a pose that may be used; all of them where the store has no `valid`."""
        if "valid" not in self.arrays:
            return np.ones(clip.length, dtype=bool)
        return np.array(self.arrays["valid"][clip.frames], dtype=bool)

    def camera_of(self, clip: ClipInfo) -> Camera:
        """The camera that saw a clip.

        Raises:
            DataFormatError: none did.
        """
        try:
            return self.cameras[clip.camera]
        except KeyError:
            raise DataFormatError(f"clip {clip.name} was seen by no camera") from None

    @cached_property
    def splits(self) -> dict[str, tuple[ClipInfo, ...]]:
        """Clips by the name of their split."""
        names = dict.fromkeys(c.split for c in self.clips)
        return {name: tuple(c for c in self.clips if c.split == name) for name in names}

    def clips_of(self, splits: Sequence[str]) -> tuple[ClipInfo, ...]:
        """The clips of some splits, in the order of the store; errors as for `frames_of`."""
        for split in splits:
            self._check_split(split)
        return tuple(clip for clip in self.clips if clip.split in splits)

    def frames_of(self, split: str) -> np.ndarray:
        """Indices of all frames of a split.

        Raises:
            DataFormatError: there is no such split; the hint lists those there are.
        """
        self._check_split(split)
        return np.concatenate([np.arange(c.start, c.start + c.length) for c in self.splits[split]])

    def _check_split(self, split: str) -> None:
        if split not in self.splits:
            raise DataFormatError(f"the store has no split {split!r}", f"it has: {', '.join(self.splits)}")

    def save(self, path: Path | str, *, overwrite: bool = False) -> None:
        """Write the store; the file appears whole or not at all.

        Raises:
            OutputError: the file exists and `overwrite` is false, or it cannot be written.
        """
        header = {
            "format": FORMAT,
            "version": VERSION,
            "kind": self.kind,
            "skeleton": self.skeleton.as_dict(),
            "cameras": {key: camera.as_dict() for key, camera in self.cameras.items()},
            "clips": [asdict(c) for c in self.clips],
            "about": dict(self.about),
        }
        arrays = {name: np.ascontiguousarray(array) for name, array in self.arrays.items()}
        with whole_file(Path(path), overwrite=overwrite) as temporary:
            save_file(arrays, temporary, metadata={"poselift": json.dumps(header)})


def load_store(path: Path | str) -> DatasetStore:
    """Open a store without reading its arrays, which stay on disk until they are used.

    Raises:
        DataFormatError: the file is missing, cut, or no dataset store of this version.
        SkeletonError: its skeleton is unknown.

    >>> from poselift import SKELETONS
    >>> clips = (ClipInfo("walk 1", "Anna", "walk", start=0, length=50, fps=25.0),)
    >>> arrays = {"joints_world_mm": np.zeros((50, 17, 3), dtype=np.float32)}
    >>> DatasetStore(SKELETONS["h36m17"], clips, arrays).save("motion.safetensors")
    >>> store = load_store("motion.safetensors")
    >>> [clip.name for clip in store.clips], store.arrays["joints_world_mm"].shape
    (['walk 1'], (50, 17, 3))
    """
    header, arrays = _mapped_arrays(Path(path))
    try:
        about = json.loads(header["__metadata__"]["poselift"])
        if about["format"] != FORMAT or not 1 <= about["version"] <= VERSION:
            raise DataFormatError(
                f"expected {FORMAT} version {VERSION} or older, found {about['format']} version {about['version']}"
            )
        clips = tuple(_clip_info(row) for row in about["clips"])
        cameras = {key: Camera.from_dict(values) for key, values in about.get("cameras", {}).items()}
        store = DatasetStore(stored_skeleton(about["skeleton"]), clips, arrays, about["about"], cameras)
        if about.get("kind", store.kind) != store.kind:
            raise DataFormatError(
                f"expected the kind {store.kind}, as its arrays say, found {about['kind']!r}",
                "the file was changed by hand; prepare the data set again",
            )
        return store
    except (DataFormatError, ShapeError, SkeletonError) as error:
        raise type(error)(f"{path}: {error}", error.hint) from None
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DataFormatError(
            f"{path}: not a poselift dataset ({error})", "make one with `poselift prepare`"
        ) from None


def _clip_info(row: Mapping[str, Any]) -> ClipInfo:
    tags = row.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise DataFormatError(f"clip {row['name']}: expected a list of words as tags, found {tags!r}")
    return ClipInfo(**{**row, "tags": tuple(tags)})


def _mapped_arrays(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The JSON header and the memory-mapped arrays of a safetensors file."""
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= size - 8:
                raise ValueError("the header does not fit in the file")
            header = json.loads(file.read(length))
        if not isinstance(header, dict):
            raise ValueError("the header is no table")
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise DataFormatError(f"{path}: not a safetensors file ({error})") from None
    entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
    return header, {name: _mapped_array(path, name, entry, 8 + length, size) for name, entry in entries.items()}


def _mapped_array(path: Path, name: str, entry: Any, first_byte: int, size: int) -> np.ndarray:
    """One array of a safetensors file, by its entry in the header, which nobody has checked yet."""
    try:
        dtype, shape = np.dtype(_DTYPES[entry["dtype"]]), tuple(operator.index(n) for n in entry["shape"])
        begin, end = (operator.index(n) for n in entry["data_offsets"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataFormatError(f"{path}: array {name}: its entry in the header is damaged ({error!r})") from None
    if first_byte + end > size:
        raise DataFormatError(f"{path}: cut short: array {name} ends at byte {first_byte + end} of {size}")
    expected = dtype.itemsize * math.prod(shape)
    if begin < 0 or min(shape, default=0) < 0 or end - begin != expected:
        raise DataFormatError(f"{path}: array {name}: expected {expected} bytes, found bytes {begin} to {end}")
    try:
        # An empty array cannot be mapped.
        return np.memmap(path, dtype, "r", first_byte + begin, shape) if expected else np.empty(shape, dtype)
    except (ValueError, OverflowError, OSError) as error:
        raise DataFormatError(f"{path}: array {name}: cannot be mapped ({error})") from None
