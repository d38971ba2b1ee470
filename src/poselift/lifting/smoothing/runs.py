"""A filter over time, applied to each unbroken run of frames by itself: nothing leaks across a gap."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.errors import ShapeError

# Frames further apart say nothing about each other.
_PAUSE_S = 1.0
# Values (F, ...) and when each was taken, in seconds, to values of the same shape.
Filter: TypeAlias = Callable[[Float[np.ndarray, "frames *each"], Float[np.ndarray, " frames"]], np.ndarray]


def filtered(clip: Clip, values_filtered: Filter) -> Clip:
    """The clip with its 3D joints and its root filtered, each run of valid frames in which they are known by itself.

    Raises:
        ShapeError: the clip has no 3D joints.
    """
    if clip.joints_root_mm is None:
        raise ShapeError("this clip has no 3D joints to smooth", "lift it first")
    changed = {}
    for name in ("joints_root_mm", "root_cam_mm"):
        if (array := getattr(clip, name)) is None:
            continue
        array = array.copy()
        known = clip.valid & np.isfinite(array.reshape(len(array), -1)).all(axis=1)
        for run in _unpaused(runs_of(known), clip.time_s):
            array[run] = values_filtered(array[run].astype(np.float64), clip.time_s[run])
        changed[name] = array
    return clip.replaced(**changed)


def runs_of(flags: Bool[np.ndarray, " frames"]) -> list[slice]:
    """Slices of consecutive frames for which a flag is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [slice(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _unpaused(runs: list[slice], time_s: np.ndarray) -> Iterator[slice]:
    """The runs, parted where the camera paused."""
    for run in runs:
        pauses = run.start + 1 + np.flatnonzero(np.diff(time_s[run]) > _PAUSE_S)
        edges = [run.start, *pauses.tolist(), run.stop]
        yield from (slice(first, end) for first, end in itertools.pairwise(edges))
