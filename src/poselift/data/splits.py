"""Which clips to train on, to select on and to test on, so that no test motion was trained on.

Corpora overlap: the same take comes at another frame rate, on another body, under another name. `same_takes` finds
such clips by their motion, and `split_by_take` keeps them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from poselift.data.store import ClipInfo, DatasetStore
from poselift.skeleton import Skeleton

SPLITS = ("train", "val", "test")

# Held out of the CMU corpora by file name, one of each kind of motion: dance, basketball, playground, sword play,
# ways of walking. Names that end in `_test` are a published split and are held out too.
HELD_OUT = {
    "test": "005_02 005_10 005_16 006_07 006_10 01_05 01_08 001_08 02_09 002_09 03_03 007_05 007_09".split(),
    "val": (
        "01_12 02_04 002_04 005_07 006_01 006_12 walking_3_train soccer_3_train jumping_3_train running_3_train "
        "running_4_train"
    ).split(),
}

# Angles at these joints do not depend on who moves, how large they are, or where they look. Of a skeleton that lacks
# one of them: the angles at every joint between its parent and its children.
_ANGLES = tuple(
    (start.replace("*", side), joint.replace("*", side), end.replace("*", side))
    for side in ("left", "right")
    for start, joint, end in (
        ("*_hip", "*_knee", "*_ankle"),
        ("*_shoulder", "*_elbow", "*_wrist"),
        ("thorax", "*_hip", "*_knee"),
        ("pelvis", "*_shoulder", "*_elbow"),
    )
)
_RATE_HZ = 20.0
_WINDOW = 20  # samples, one second
_WINDOWS = 12  # of each clip are looked for in the others
_LEAST_MOTION_RAD = 0.05  # a window in which less moves looks like any other
# The same take on another body differs by 2 to 3.3 degrees; other takes of the same walk do too, but not in step.
_SAME_RAD = np.radians(3.5)
_STEP_SAMPLES = 2  # a shift that stays the same within so many samples is one shift
_IN_STEP = 0.95  # of the windows


def split_by_take(store: DatasetStore) -> DatasetStore:
    """The store with the split of each clip set; clips of the same take share the most held-out of their splits.

    Which clips are the same take is told under `same_takes` in `about`.

    A store without any clip that is held out by name holds out every tenth take for tests and every twentieth for
    selection, in the order of their names.
    """
    named = [_split_by_name(clip) for clip in store.clips]
    groups = same_takes(store.joints_world_mm, store.clips, store.skeleton)
    if not any(named):
        for number, group in enumerate(sorted(groups, key=lambda g: min(store.clips[i].name for i in g))):
            for clip in group:
                named[clip] = "test" if number % 10 == 9 else "val" if number % 20 == 4 else ""
    splits = [name or "train" for name in named]
    for group in groups:
        strictest = max((splits[i] for i in group), key=SPLITS.index)
        for i in group:
            splits[i] = strictest
    clips = tuple(replace(clip, split=split) for clip, split in zip(store.clips, splits, strict=True))
    same = [[store.clips[i].name for i in group] for group in groups if len(group) > 1]
    return replace(store, clips=clips, about={**store.about, "same_takes": same})


def _split_by_name(clip: ClipInfo) -> str:
    stem = clip.name.rsplit("/", 1)[-1]
    held_out = [split for split, names in HELD_OUT.items() if stem in names]
    return held_out[0] if held_out else "test" if stem.endswith("_test") else ""


def same_takes(joints_world_mm: np.ndarray, clips: Sequence[ClipInfo], skeleton: Skeleton) -> list[list[int]]:
    """Groups of clips (by index) that show the same take; a clip that is like no other is a group of its own.

    Two clips are the same take if nearly all windows of one, a second long, are found in the other with joint angles
    that differ by a few degrees, and all at the same shift in time.
    """
    angles = _angles_of(skeleton)
    if not angles:
        return [[i] for i in range(len(clips))]
    windows = [_windows(joints_world_mm[clip.frames], clip.fps, skeleton, angles) for clip in clips]
    everything = np.concatenate(windows)
    squares = (everything**2).sum(axis=1)
    starts = np.cumsum([0, *map(len, windows)])
    group = list(range(len(clips)))
    for i, own in enumerate(windows):
        chosen = _moving(own)
        if len(chosen) < 2:
            continue
        distance = squares - 2 * own[chosen] @ everything.T + (own[chosen] ** 2).sum(axis=1)[:, None]
        for j in range(len(clips)):
            if i != j and _in_step(distance[:, starts[j] : starts[j + 1]] / own.shape[1], chosen):
                old, new = sorted((group[i], group[j]), reverse=True)
                group = [new if g == old else g for g in group]
    return [[i for i, g in enumerate(group) if g == name] for name in sorted(set(group))]


def _angles_of(skeleton: Skeleton) -> tuple[tuple[str, str, str], ...]:
    """Triples of joints; the angle is that at the middle one."""
    if all(skeleton.has(three) for three in _ANGLES):
        return _ANGLES
    names, parents = skeleton.joints, skeleton.parents
    chains = ((parents[middle], middle, end) for end, middle in enumerate(parents) if middle >= 0)
    return tuple((names[start], names[middle], names[end]) for start, middle, end in chains if start >= 0)


def _windows(
    joints: np.ndarray, fps: float, skeleton: Skeleton, angles_at: Sequence[tuple[str, str, str]]
) -> np.ndarray:
    """Joint angles of every second of a clip, (N, samples * angles) float32; a shorter clip holds its last pose."""
    times = np.arange(0, len(joints), fps / _RATE_HZ).astype(int)
    angles = np.stack([_angle(joints[times], skeleton, *three) for three in angles_at], axis=-1).astype(np.float32)
    if len(angles) < _WINDOW:
        angles = np.concatenate([angles, angles[-1:].repeat(_WINDOW - len(angles), axis=0)])
    sliding = np.lib.stride_tricks.sliding_window_view(angles, _WINDOW, axis=0)
    windows: np.ndarray = sliding.swapaxes(1, 2).reshape(len(sliding), -1)
    return windows


def _angle(joints: np.ndarray, skeleton: Skeleton, start: str, joint: str, end: str) -> np.ndarray:
    a, b = (joints[:, skeleton.index(j)] - joints[:, skeleton.index(joint)] for j in (start, end))
    lengths = np.maximum(np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1), 1e-9)
    angle: np.ndarray = np.arccos(np.clip((a * b).sum(axis=-1) / lengths, -1, 1))
    return angle


def _moving(windows: np.ndarray) -> np.ndarray:
    """Positions of some windows in which something moves, spread over the clip."""
    motion = windows.reshape(len(windows), _WINDOW, -1).std(axis=1).mean(axis=1)
    moving = np.flatnonzero(motion > _LEAST_MOTION_RAD)
    spread = np.linspace(0, len(moving) - 1, min(_WINDOWS, len(moving))).round().astype(int)
    chosen: np.ndarray = moving[spread]
    return chosen


def _in_step(mean_square: np.ndarray, chosen: np.ndarray) -> bool:
    """Whether windows (rows) are found in another clip (columns) at one shift."""
    best = mean_square.argmin(axis=1)
    distance = np.sqrt(np.maximum(mean_square.min(axis=1), 0))
    shift = best - chosen
    in_step = np.abs(shift - np.median(shift)) <= _STEP_SAMPLES
    return bool(np.median(distance) <= _SAME_RAD and in_step.mean() >= _IN_STEP)
