"""Acclaim skeleton and motion files (.asf, .amc): parse them and compute where the bones end.

The format as described by J. Lander, "Working with Motion Capture File Formats", Game Developer, January 1998, and by
the pages of the CMU motion-capture database: bone directions are in the world axes of the rest pose, each bone turns
about axes of its own, one length unit is `1 / length` inches, and a frame lists the angles of each bone's `dof`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from poselift.data.readers.lines import format_error, number, numbers, read_lines
from poselift.geometry.rotation import euler_rotation

ROOT = "root"
INCH_MM = 25.4
_Rows: TypeAlias = list[tuple[int, list[str]]]  # line number and words
_TURNS, _MOVES = ("rx", "ry", "rz"), ("tx", "ty", "tz")


@dataclass(frozen=True, eq=False)
class AsfBone:
    """One bone: `offset` (3,) from its start to its end at rest, `axes` (3, 3) that it turns about, its channels."""

    name: str
    parent: str
    offset: Float[np.ndarray, "3"]
    axes: Float[np.ndarray, "3 3"]
    dof: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AsfSkeleton:
    """The bones of one person by name, the root first and parents before children; lengths in file units."""

    bones: Mapping[str, AsfBone]
    mm_per_unit: float
    degrees: bool


@dataclass(frozen=True, eq=False)
class AmcMotion:
    """The channels (F, len(dof)) of each bone of `skeleton` that moves; angles in degrees or radians."""

    skeleton: AsfSkeleton
    values: Mapping[str, Float[np.ndarray, "frames dof"]]
    degrees: bool

    def __len__(self) -> int:
        return len(self.values[ROOT])

    def pose(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Starts (F, 3) and orientations (F, 3, 3) of the bones, in the file's axes and units.

        A bone's orientation is the identity at rest. The end of a bone without children, such as `head`, is called
        `headEnd` and has no orientation.
        """
        starts: dict[str, np.ndarray] = {}
        ends: dict[str, np.ndarray] = {}
        rotations: dict[str, np.ndarray] = {}
        for name, bone in self.skeleton.bones.items():
            move, turn = self._local_motion(bone)
            if name == ROOT:
                starts[name], rotations[name] = move + bone.offset, turn
                ends[name] = starts[name]
            else:
                starts[name], rotations[name] = ends[bone.parent], rotations[bone.parent] @ turn
                ends[name] = starts[name] + rotations[name] @ bone.offset
        leaves = ends.keys() - {bone.parent for bone in self.skeleton.bones.values()}
        return starts | {f"{name}End": ends[name] for name in leaves}, rotations

    def _local_motion(self, bone: AsfBone) -> tuple[np.ndarray, np.ndarray]:
        values = self.values[bone.name] if bone.dof else np.zeros((len(self), 0))
        move = np.zeros((len(self), 3))
        turns = [n for n, dof in enumerate(bone.dof) if dof in _TURNS]
        for n, dof in enumerate(bone.dof):
            if dof in _MOVES:
                move[:, _MOVES.index(dof)] = values[:, n]
        # Angles apply in written order about fixed axes: the last written stands leftmost in the product.
        order = "".join(bone.dof[n][1].upper() for n in reversed(turns))
        angles = values[:, turns[::-1]]
        turn = euler_rotation(order, np.deg2rad(angles) if self.degrees else angles)
        return move, bone.axes @ turn @ bone.axes.T


def read_asf(path: Path) -> AsfSkeleton:
    """Read a skeleton.

    Raises:
        DataFormatError: it cannot be read, is cut short or breaks the format; the message names the line.
    """
    sections = _sections(path, read_lines(path))
    length, degrees = _units(path, sections["units"])
    bones = {ROOT: _root(path, sections["root"], degrees)}
    for rows in _blocks(path, sections["bonedata"]):
        bone = _bone(path, rows, degrees)
        if bone.name in bones:
            raise format_error(path, rows[0][0], "a new bone name", repr(bone.name))
        bones[bone.name] = bone
    return AsfSkeleton(_in_order(path, sections["hierarchy"], bones), INCH_MM / length, degrees)


def _sections(path: Path, lines: list[str]) -> dict[str, _Rows]:
    """The lines below each `:name`, comments and blank lines left out."""
    sections: dict[str, _Rows] = {}
    rows: _Rows = []
    for line, text in enumerate(lines, start=1):
        words = text.split("#")[0].split()
        if words and words[0].startswith(":"):
            rows = sections[words[0][1:].lower()] = []
        elif words:
            rows.append((line, words))
    for name in ("units", "root", "bonedata", "hierarchy"):
        if name not in sections:
            raise format_error(path, len(lines), f"a :{name} section", "the end of the file")
    return sections


def _units(path: Path, rows: _Rows) -> tuple[float, bool]:
    """The `length` factor and whether angles are degrees."""
    length, degrees = 1.0, True
    for line, words in rows:
        if words[0] == "length":
            (length,) = _numbers(path, line, words[1:], 1)
            if length <= 0:
                raise format_error(path, line, "a length above 0", repr(words[1]))
        elif words[0] == "angle":
            if words[1:] not in (["deg"], ["rad"]):
                raise format_error(path, line, "deg or rad", repr(" ".join(words[1:])))
            degrees = words[1] == "deg"
    return length, degrees


def _root(path: Path, rows: _Rows, degrees: bool) -> AsfBone:
    values = {words[0].lower(): (line, words[1:]) for line, words in rows}
    order, angles = "XYZ", [0.0, 0.0, 0.0]
    offset = [0.0, 0.0, 0.0]
    dof: tuple[str, ...] = (*_MOVES, *_TURNS)
    if "order" in values:
        dof = _dof(path, *values["order"])
    if "axis" in values:
        order = _order(path, values["axis"][0], values["axis"][1])
    if "position" in values:
        offset = _numbers(path, *values["position"], 3)
    if "orientation" in values:
        angles = _numbers(path, *values["orientation"], 3)
    return AsfBone(ROOT, "", np.array(offset), _axes(order, angles, degrees), dof)


def _bone(path: Path, rows: _Rows, degrees: bool) -> AsfBone:
    """A bone from the lines between `begin` and `end`."""
    values = {words[0]: (line, words[1:]) for line, words in rows}
    for key in ("name", "direction", "length", "axis"):
        if key not in values or not values[key][1]:
            raise format_error(path, rows[-1][0], f"a {key!r} line in the bone", "none")
    direction = _numbers(path, *values["direction"], 3)
    (length,) = _numbers(path, *values["length"], 1)
    line, axis = values["axis"]
    return AsfBone(
        name=values["name"][1][0],
        parent="",
        offset=length * np.array(direction),
        axes=_axes(_order(path, line, axis[3:]), _numbers(path, line, axis[:3], 3), degrees),
        dof=_dof(path, *values["dof"]) if "dof" in values else (),
    )


def _blocks(path: Path, rows: _Rows) -> list[_Rows]:
    """The lines between each `begin` and its `end`, the `begin` included."""
    blocks: list[_Rows] = []
    inside = False
    for line, words in rows:
        if words == ["begin"] and not inside:
            inside = True
            blocks.append([(line, words)])
        elif words == ["end"] and inside:
            inside = False
        elif inside:
            blocks[-1].append((line, words))
        else:
            raise format_error(path, line, "'begin'", repr(" ".join(words)[:40]))
    if inside or not blocks:
        raise format_error(path, rows[-1][0] if rows else 1, "'end' of the block", "the end of the section")
    return blocks


def _in_order(path: Path, rows: _Rows, bones: dict[str, AsfBone]) -> dict[str, AsfBone]:
    """The bones with their parents from the hierarchy, parents first."""
    ordered = {ROOT: bones[ROOT]}
    for line, (parent, *children) in _blocks(path, rows)[0][1:]:
        if parent not in ordered:
            raise format_error(path, line, "a bone that stands above in the hierarchy", repr(parent))
        for child in children:
            if child not in bones or child in ordered:
                raise format_error(path, line, "a bone of :bonedata, once", repr(child))
            ordered[child] = replace(bones[child], parent=parent)
    return ordered


def _numbers(path: Path, line: int, words: list[str], count: int) -> list[float]:
    if len(words) != count:
        raise format_error(path, line, f"{count} numbers", f"{len(words)}")
    return [number(path, line, word) for word in words]


def _dof(path: Path, line: int, words: list[str]) -> tuple[str, ...]:
    dof = tuple(word.lower() for word in words)
    for word in dof:
        if word not in (*_TURNS, *_MOVES) or dof.count(word) > 1:
            raise format_error(path, line, f"different channels of {' '.join((*_TURNS, *_MOVES))}", repr(word))
    return dof


def _order(path: Path, line: int, words: list[str]) -> str:
    if len(words) != 1 or sorted(words[0].upper()) != ["X", "Y", "Z"]:
        raise format_error(path, line, "an order of axes such as XYZ", repr(" ".join(words)))
    return words[0].upper()


def _axes(order: str, angles: list[float], degrees: bool) -> np.ndarray:
    """Rotation about fixed axes in written order: the last written stands leftmost in the product."""
    values = np.array(angles[::-1])
    return euler_rotation(order[::-1], np.deg2rad(values) if degrees else values)


def read_amc(path: Path, skeleton: AsfSkeleton) -> AmcMotion:
    """Read a motion of `skeleton`.

    Raises:
        DataFormatError: it cannot be read, is cut short, breaks the format or names a bone that the skeleton does
            not have; the message names the line.
    """
    lines = read_lines(path)
    header = [line.strip() for line in lines]
    if "1" not in header:
        raise format_error(path, len(lines), "frame number 1", "the end of the file")
    first = header.index("1")
    degrees = ":RADIANS" not in header[:first] and (skeleton.degrees or ":DEGREES" in header[:first])
    rows = [line.split() for line in lines[first:]]
    while not rows[-1]:
        rows.pop()
    names, widths = _first_frame(path, skeleton, first + 1, rows)
    height = len(names) + 1
    _check_layout(path, first + 1, rows, names, widths)
    values = {}
    for n, (name, width) in enumerate(zip(names, widths, strict=True), start=1):
        own = [words[1:] for words in rows[n::height]]
        values[name] = numbers(path, own, range(first + 1 + n, first + 1 + len(rows), height), width)
    return AmcMotion(skeleton, values, degrees)


def _first_frame(path: Path, skeleton: AsfSkeleton, first: int, rows: list[list[str]]) -> tuple[list[str], list[int]]:
    """The bones of the first frame and the number of their channels; they are the layout of all frames."""
    names: list[str] = []
    for line, words in enumerate(rows[1:], start=first + 1):
        if words == ["2"]:
            break
        name = words[0] if words else ""
        if name not in skeleton.bones or name in names:
            raise format_error(path, line, "a bone of the skeleton, once a frame", repr(name))
        names.append(name)
    for name, bone in skeleton.bones.items():
        if bone.dof and name not in names:
            raise format_error(path, first, f"bone {name!r} in the frame", "none")
    return names, [len(skeleton.bones[name].dof) for name in names]


def _check_layout(path: Path, first: int, rows: list[list[str]], names: list[str], widths: list[int]) -> None:
    """Check that every frame is its number, then the same bones with the right number of channels."""
    height = len(names) + 1
    expected = list(zip(names, widths, strict=True))
    for n, words in enumerate(rows):
        frame, k = divmod(n, height)
        if k == 0:
            if words != [str(frame + 1)]:
                raise format_error(path, first + n, f"frame number {frame + 1}", repr(" ".join(words)[:40]))
            continue
        name, width = expected[k - 1]
        if not words or words[0] != name:
            raise format_error(path, first + n, f"bone {name!r}", repr(" ".join(words)[:40]))
        if len(words) != width + 1:
            raise format_error(path, first + n, f"{width} channels of {name!r}", f"{len(words) - 1}")
    if len(rows) % height:
        raise format_error(
            path, first + len(rows) - 1, f"bone {names[len(rows) % height - 1]!r}", "the end of the file"
        )
