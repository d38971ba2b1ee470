"""A filter over time, applied to each unbroken run of frames by itself: nothing leaks across a gap."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from poselift.data.clip import Clip
from poselift.data.stretches import stretches_of
from poselift.errors import ShapeError
from poselift.lifting.seconds import checked_cutoff, too_few_frames

# Frames further apart say nothing about each other.
_PAUSE_S = 1.0
# Values (F, ...) and when each was taken, in seconds, to values of the same shape.
Filter: TypeAlias = Callable[[Float[np.ndarray, "frames *each"], Float[np.ndarray, " frames"]], np.ndarray]


def filtered(clip: Clip, cutoff_hz: float, values_filtered: Filter) -> Clip:
    """The clip with its 3D joints and its root filtered, each run of valid frames in which they are known by itself.

    Where there are too few frames a second for the cut-off (`too_few_frames`), it is the clip as it is.

    Raises:
        ShapeError: the cut-off is not positive or not finite, or the clip has no 3D joints.
    """
    if clip.joints_root_mm is None:
        raise ShapeError("this clip has no 3D joints to smooth", "lift it first")
    if too_few_frames(checked_cutoff(cutoff_hz), clip.fps):
        return clip
    changed = {}
    for name in ("joints_root_mm", "root_cam_mm"):
        if (array := getattr(clip, name)) is None:
            continue
        array = array.copy()
        known = clip.valid & np.isfinite(array.reshape(len(array), -1)).all(axis=1)
        for run in _unpaused(stretches_of(known), clip.time_s):
            array[run] = values_filtered(array[run].astype(np.float64), clip.time_s[run])
        changed[name] = array
    return clip.replaced(**changed)


def _unpaused(runs: list[tuple[int, int]], time_s: np.ndarray) -> Iterator[slice]:
    """The runs, parted where the camera paused."""
    for first, end in runs:
        pauses = first + 1 + np.flatnonzero(np.diff(time_s[first:end]) > _PAUSE_S)
        yield from (slice(*edges) for edges in itertools.pairwise([first, *pauses.tolist(), end]))
