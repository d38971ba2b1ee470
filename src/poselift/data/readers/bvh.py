"""Biovision hierarchy files (.bvh): parse them and compute where the joints are.

The format as described by M. Meredith and S. Maddock, "Motion Capture File Formats Explained", 2001, section 3.1:
a joint's translation is its OFFSET plus its position channels, its rotation channels multiply from left to right in
the order they are written, and the columns of the MOTION block follow the order of the CHANNELS lines.

Blender and others give every joint position channels, and write into them where it is, OFFSET and all. Such files are
known by bones that would otherwise have twice their length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.data.readers.lines import format_error, number, number_rows, read_lines
from poselift.geometry.rotation import euler_rotation

_CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "XYZ")
_COUNTS = tuple("0123456")
_SAME_PLACE = 0.05  # of its length, which a bone that repeats its offset may stretch
_FRAME_TIMES_S = (1e-4, 10.0)  # beyond, the time is damaged or in another unit


@dataclass(frozen=True, eq=False)
class BvhMotion:
    """A hierarchy of J joints and its motion over F frames, in the file's own axes and units.

    Attributes:
        joints: names; the end site of joint `Head` is called `HeadEnd`.
        parents: index of each joint's parent, -1 for the root; parents come before children.
        offsets: (J, 3) rest offset from the parent.
        channels: of each joint, in written order, such as ("Zrotation", "Yrotation", "Xrotation").
        values: (F, number of channels) degrees and lengths.
        frame_time_s: seconds from frame to frame.
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Float[np.ndarray, "joints 3"]
    channels: tuple[tuple[str, ...], ...]
    values: Float[np.ndarray, "frames channels"]
    frame_time_s: float

    def __len__(self) -> int:
        return len(self.values)

    def pose(self) -> tuple[Float[np.ndarray, "frames joints 3"], Float[np.ndarray, "frames joints 3 3"]]:
        """Positions and orientations of all joints in the file's axes and units."""
        positions = np.zeros((len(self), len(self.joints), 3))
        rotations = np.zeros((len(self), len(self.joints), 3, 3))
        replaced = _offsets_repeated(self)
        column = 0
        for j, (parent, names) in enumerate(zip(self.parents, self.channels, strict=True)):
            move, turn = _local_motion(names, self.values[:, column : column + len(names)])
            if not (replaced and _moves(names)):
                move += self.offsets[j]
            column += len(names)
            if parent < 0:
                positions[:, j], rotations[:, j] = move, turn
            else:
                positions[:, j] = positions[:, parent] + np.einsum("fij,fj->fi", rotations[:, parent], move)
                rotations[:, j] = rotations[:, parent] @ turn
        return positions, rotations


def _moves(names: tuple[str, ...]) -> int:
    """How many position channels are among these."""
    return sum(name.endswith("position") for name in names)


def _offsets_repeated(motion: BvhMotion) -> bool:
    """Whether the position channels hold the offsets too: in most joints below the root they are nothing else."""
    repeated, column = [], 0
    for parent, names, offset in zip(motion.parents, motion.channels, motion.offsets, strict=True):
        if parent >= 0 and _moves(names) and offset.any():
            move, _ = _local_motion(names, motion.values[:, column : column + len(names)])
            away = np.median(np.linalg.norm(move - offset, axis=-1))
            repeated.append(bool(away < _SAME_PLACE * np.linalg.norm(offset)))
        column += len(names)
    return sum(repeated) > len(repeated) / 2


def _local_motion(names: tuple[str, ...], values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Translation (F, 3) and rotation (F, 3, 3) that the channels of one joint give."""
    move = np.zeros((len(values), 3))
    turns = [n for n, name in enumerate(names) if name.endswith("rotation")]
    for n, name in enumerate(names):
        if name.endswith("position"):
            move[:, "XYZ".index(name[0])] = values[:, n]
    return move, euler_rotation("".join(names[n][0] for n in turns), np.deg2rad(values[:, turns]))


def read_bvh(path: Path) -> BvhMotion:
    """Read a BVH file.

    Raises:
        DataFormatError: it cannot be read, is cut short or breaks the format; the message names the line.
    """
    lines = read_lines(path)
    hierarchy = _Hierarchy(path)
    motion_line = hierarchy.parse(lines)
    frames, frame_time_s = _motion_header(path, lines, motion_line)
    channels = tuple(tuple(c) for c in hierarchy.channels)
    values = number_rows(path, lines, motion_line + 3, sum(map(len, channels)), "channel values")
    if len(values) != frames:
        raise format_error(path, len(lines), f"{frames} frames as line {motion_line + 1} says", f"{len(values)}")
    return BvhMotion(
        joints=tuple(hierarchy.joints),
        parents=tuple(hierarchy.parents),
        offsets=np.array(hierarchy.offsets),
        channels=channels,
        values=values,
        frame_time_s=frame_time_s,
    )


def _motion_header(path: Path, lines: list[str], motion_line: int) -> tuple[int, float]:
    """Number of frames and frame time from the two lines below MOTION."""
    found = []
    for line, key in ((motion_line + 1, "Frames:"), (motion_line + 2, "Frame Time:")):
        text = lines[line - 1].strip() if line <= len(lines) else "the end of the file"
        if not text.lower().startswith(key.lower()):
            raise format_error(path, line, f"'{key}' and a number", repr(text[:40]))
        found.append(number(path, line, text[len(key) :].strip()))
    frames, frame_time_s = found
    if frames < 1 or frames != int(frames):
        raise format_error(path, motion_line + 1, "a whole number of frames from 1", f"{frames:g}")
    shortest, longest = _FRAME_TIMES_S
    if not shortest <= frame_time_s <= longest:
        raise format_error(path, motion_line + 2, f"{shortest:g} to {longest:g} seconds", f"{frame_time_s:g}")
    return int(frames), frame_time_s


@dataclass
class _Hierarchy:
    """The HIERARCHY block while it is parsed line by line."""

    path: Path
    joints: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    offsets: list[list[float]] = field(default_factory=list)
    channels: list[list[str]] = field(default_factory=list)
    open: list[int] = field(default_factory=list)  # joints whose braces are open

    def parse(self, lines: list[str]) -> int:
        """Read up to MOTION and return its line."""
        start, *rest = lines[0].split(maxsplit=1) or [""]
        if start != "HIERARCHY":
            raise format_error(self.path, 1, "HIERARCHY", repr(lines[0][:40]))
        for line, text in enumerate([*rest, *lines[1:]], start=2 - len(rest)):
            words = text.replace("{", " { ").replace("}", " } ").split()
            if words == ["MOTION"]:
                self._finish(line)
                return line
            while words:
                words = self._statement(line, words)
        raise format_error(self.path, len(lines), "a MOTION block", "the end of the file")

    def _statement(self, line: int, words: list[str]) -> list[str]:
        """Take one statement off the front of `words` and return the rest."""
        match words:
            case ["{", *rest]:
                return rest
            case ["}", *rest] if self.open:
                self.open.pop()
                return rest
            case ["ROOT" | "JOINT" | "End" as kind, *rest]:
                name = rest[: rest.index("{")] if "{" in rest else rest
                self._begin(line, kind, " ".join(name))
                return rest[len(name) :]
            case ["OFFSET", x, y, z, *rest] if self.open:
                self.offsets[self.open[-1]] = [number(self.path, line, w) for w in (x, y, z)]
                return rest
            case ["CHANNELS", count, *rest] if self.open and count in _COUNTS and len(rest) >= int(count):
                self.channels[self.open[-1]] = self._checked_channels(line, rest[: int(count)])
                return rest[int(count) :]
        raise format_error(self.path, line, "a statement of the hierarchy, or MOTION", repr(" ".join(words)[:40]))

    def _begin(self, line: int, kind: str, name: str) -> None:
        if kind == "ROOT" and self.joints:
            raise format_error(self.path, line, "one ROOT (one person)", f"another, {name!r}")
        if kind != "ROOT" and not self.open:
            raise format_error(self.path, line, f"{kind} inside the ROOT's braces", f"{name!r} outside")
        parent = self.open[-1] if self.open else -1
        if kind == "End":
            name = f"{self.joints[parent]}End"
        if not name or name in self.joints:
            raise format_error(self.path, line, "a new joint name", repr(name))
        self.open.append(len(self.joints))
        self.joints.append(name)
        self.parents.append(parent)
        self.offsets.append([0.0, 0.0, 0.0])
        self.channels.append([])

    def _checked_channels(self, line: int, names: list[str]) -> list[str]:
        for name in names:
            if name not in _CHANNELS or names.count(name) > 1:
                raise format_error(self.path, line, f"different channels of {', '.join(_CHANNELS)}", repr(name))
        return names

    def _finish(self, line: int) -> None:
        if self.open:
            raise format_error(self.path, line, "a closing brace", f"MOTION inside {self.joints[self.open[-1]]!r}")
        if not any(self.channels):
            raise format_error(self.path, line, "joints with channels", "none")
