"""Biovision hierarchy files (.bvh), which Blender and other programs for animation import.

After M. Meredith and S. Maddock, "Motion Capture File Formats Explained", 2001, section 3.1. The format names no
unit and no axes. Here lengths are centimetres and y is up, as in most files that there are and as programs take them.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.export.rig import Rig
from poselift.export.rigged import Rigged, rigged_people
from poselift.files import whole_file
from poselift.geometry.rotation_over_time import zxy_angles_over_time

_CM_PER_MM = 0.1
# The order in which angles are written and multiplied: Rz @ Rx @ Ry.
_TURNS = "Zrotation Xrotation Yrotation"
# What follows a joint on which nothing hangs, as a part of its own bone: a hand, a tip of a foot.
_END = 0.25
# Frames at a constant rate may be so many times those of the footage, if its times are not at one.
_MOST_TIMES = 20


def write_bvh(scene: Scene | Clip, path: Path | str, *, overwrite: bool = False) -> list[Path]:
    """One file for each person: the first by id has the name that is given, of others `_ID` is added: `walk_2.bvh`.

    Root position in centimetres, y up, and rotations in degrees, z then x then y; at rest a T-pose that looks along
    z. Every bone has one length. All files have the frames of the footage, so that people stay in step; while
    somebody is not there they hold their last pose, since the format knows nothing that is missing. A frame rate that
    is not constant becomes the footage's nominal one.

    Returns:
        The files that were written.

    Raises:
        NoPersonError: nobody is in the scene.
        ShapeError: somebody has no 3D joints; times so uneven that no frame rate will do.
        SkeletonError: somebody's bones are no tree, and their skeleton converts to none.
        OutputError: a file exists and `overwrite` is false, or cannot be written.
    """
    scene = Scene.of(scene)
    time_s = constant_rate_s(scene.footage)
    people = rigged_people(scene, time_s)
    path = Path(path)
    names = [path if n == 0 else path.with_stem(f"{path.stem}_{person.id}") for n, person in enumerate(people)]
    with ExitStack() as files:
        for file, person in zip(names, people, strict=True):
            temporary = files.enter_context(whole_file(file, overwrite=overwrite))
            with open(temporary, "w", encoding="utf-8", newline="\n") as text:
                text.write(_hierarchy(person.rig))
                text.write(f"MOTION\nFrames: {len(time_s)}\nFrame Time: {1 / scene.footage.fps:.9g}\n")
                text.writelines(_rows(_channels(person)))
    return names


def constant_rate_s(footage: Footage) -> Float[np.ndarray, " frames"]:
    """The times of the footage if they are at its nominal rate, else times at that rate from its first to its last.

    Raises:
        ShapeError: that would be far more frames than there are.
    """
    time_s, fps = footage.time_s, footage.fps
    if not len(time_s) or np.allclose((time_s - time_s[0]) * fps, np.arange(len(time_s)), atol=0.01, rtol=0):
        return time_s
    count = round((time_s[-1] - time_s[0]) * fps) + 1
    if count > _MOST_TIMES * len(time_s):
        raise ShapeError(
            f"{len(time_s)} frames would be {count} at a constant {fps:g} frames per second",
            "cut the pause out, or write a .glb, which holds the time of each frame",
        )
    return np.asarray(np.minimum(time_s[0] + np.arange(count) / fps, time_s[-1]))


def _hierarchy(rig: Rig) -> str:
    lines = ["HIERARCHY"]
    _describe(rig, 0, 0, lines)
    return "\n".join(lines) + "\n"


def _describe(rig: Rig, node: int, depth: int, lines: list[str]) -> None:
    indent = "\t" * depth
    is_root = rig.parents[node] < 0
    lines += [f"{indent}{'ROOT' if is_root else 'JOINT'} {'_'.join(rig.names[node].split())}", indent + "{"]
    lines.append(f"{indent}\tOFFSET {_numbers(rig.rest_mm[node])}")
    moves = "6 Xposition Yposition Zposition" if is_root else "3"
    lines.append(f"{indent}\tCHANNELS {moves} {_TURNS}")
    if rig.leaves[node]:
        lines += [f"{indent}\tEnd Site", indent + "\t{"]
        lines += [f"{indent}\t\tOFFSET {_numbers(_END * rig.rest_mm[node])}", indent + "\t}"]
    for child, parent in enumerate(rig.parents):
        if parent == node:
            _describe(rig, child, depth + 1, lines)
    lines.append(indent + "}")


def _numbers(vector_mm: np.ndarray) -> str:
    # Adding 0 takes the sign from -0.
    return " ".join(f"{number:.5f}" for number in np.round(_CM_PER_MM * vector_mm, 5) + 0.0)


def _channels(person: Rigged) -> Float[np.ndarray, "frames channels"]:
    """Root position, then three angles of each node; nodes are listed as the hierarchy describes them."""
    frames, nodes = len(person.root_mm), len(person.rig)
    values = np.zeros((frames, 3 + 3 * nodes))
    values[:, :3] = _CM_PER_MM * person.root_mm
    for node in np.flatnonzero(~np.array(person.rig.leaves)):
        values[:, 3 + 3 * node : 6 + 3 * node] = np.degrees(zxy_angles_over_time(person.turns[node]))
    return values


def _rows(values: np.ndarray) -> list[str]:
    row = " ".join(["%.5f"] * values.shape[1]) + "\n"
    return [row % tuple(numbers) for numbers in values.tolist()]
