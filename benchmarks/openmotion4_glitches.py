"""Where motion capture went wrong: the frames that a human would have to break a law to move through.

`python benchmarks/openmotion4_glitches.py FOLDER...` lists them for every BVH and AMC file below some folders. The
cuts of OpenMotion-4 (poselift.data.readers.openmotion4.cuts) come from this list and from pictures of the frames
around: what is fast but whole, as in break dance or an animator's back flip, was left in.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from poselift.data.readers.corpus import mocap_files
from poselift.data.readers.mocap import read_mocap
from poselift.skeleton import BODY_21, Skeleton

MOST_FPS = 60.0
# Relative to the root: a kick's foot reaches 15 m/s, and 100 times the gravity is no muscle's. At 30 frames a second
# half of that is seen of the same jump.
_SPEED_M_S, _ACCELERATION_M_S2 = 15.0, 1000.0
_ROOT_SPEED_M_S = 8.0
_REST_RAD = np.radians(8)  # both arms stretched sideways and straight, within so much
_LEAN_RAD = np.radians(50)  # from the ankles to the neck; only of people who should be upright


class Glitch(NamedTuple):
    """Frames first to last, both included, and what is wrong there."""

    first: int
    last: int
    why: str


def glitches(
    joints_world_mm: np.ndarray, fps: float, skeleton: Skeleton = BODY_21, *, upright: bool = False
) -> list[Glitch]:
    """What is implausible in a take (F, J, 3), z up, at `fps` frames a second.

    Args:
        upright: the person walks or stands all the time, so that leaning over is wrong too.
    """
    joints = np.asarray(joints_world_mm, dtype=np.float64)
    root = skeleton.root_position(joints)
    relative = joints - root
    found = {
        "speed": _late(_steps(relative, 1).max(axis=1) * fps > _SPEED_M_S, 1),
        "acceleration": _late(_steps(relative, 2).max(axis=1) * fps**2 > _ACCELERATION_M_S2 * min(fps / 60, 1), 1),
        "jump": _late(_steps(root, 1)[:, 0] * fps > _ROOT_SPEED_M_S, 1),
        "rest pose": _at_rest(joints, skeleton),
    }
    if upright:
        found["lean"] = _leaning(joints, skeleton)
    return sorted(run for why, bad in found.items() for run in _runs(_of_length(bad, len(joints)), why))


def _steps(points_mm: np.ndarray, order: int) -> np.ndarray:
    if len(points_mm) <= order:
        return np.zeros((0, points_mm.shape[1]))
    length: np.ndarray = np.linalg.norm(np.diff(points_mm, order, axis=0), axis=-1) / 1000
    return length


def _late(bad: np.ndarray, frames: int) -> np.ndarray:
    return np.concatenate([np.zeros(frames, dtype=bool), bad])


def _of_length(bad: np.ndarray, frames: int) -> np.ndarray:
    return np.pad(bad, (0, max(frames - len(bad), 0)))[:frames]


def _unit(vectors: np.ndarray) -> np.ndarray:
    units: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return units


def _at_rest(joints: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    at = {name: joints[:, skeleton.index(name)] for name in skeleton.joints}
    sideways = _unit(at["left_shoulder"] - at["right_shoulder"])
    straight = np.ones(len(joints), dtype=bool)
    for side, sign in (("left", 1), ("right", -1)):
        for start, end in (("shoulder", "elbow"), ("elbow", "wrist")):
            along = _unit(at[f"{side}_{end}"] - at[f"{side}_{start}"])
            straight &= sign * (along * sideways).sum(axis=-1) > np.cos(_REST_RAD)
    return straight


def _leaning(joints: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    ankles = joints[:, skeleton.indices(("left_ankle", "right_ankle"))].mean(axis=1)
    lean: np.ndarray = _unit(joints[:, skeleton.index("thorax")] - ankles)[:, 2] < np.cos(_LEAN_RAD)
    return lean


def _runs(bad: np.ndarray, why: str) -> list[Glitch]:
    """Stretches of bad frames; those less than a tenth of a second apart at 60 frames a second are one."""
    frames = np.flatnonzero(bad)
    if len(frames) == 0:
        return []
    parts = np.split(frames, np.flatnonzero(np.diff(frames) > 6) + 1)
    return [Glitch(int(part[0]), int(part[-1]), why) for part in parts]


def main(folders: list[Path]) -> None:
    for name, path in mocap_files(folders).items():
        take = read_mocap(path, BODY_21)
        step = max(1, round(take.fps / MOST_FPS))
        upright = "walking" in path.stem or "traffic" in path.stem
        for glitch in glitches(take.joints_world_mm[::step], take.fps / step, upright=upright):
            seconds = f"{glitch.first * step / take.fps:.2f}-{glitch.last * step / take.fps:.2f} s"
            print(f"{name}\t{glitch.first}-{glitch.last}\t{seconds}\t{glitch.why}")


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])
