"""Which frames of a video are looked at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from poselift.errors import RecipeError

# Of a time that is due, a frame may come so much of a step earlier: times are rounded.
_ROUNDING = 1e-3


def check_looks(every: int, fps: float | None) -> None:
    """Raise if frames cannot be chosen so.

    Raises:
        RecipeError: a number is too small.
    """
    if every < 1:
        raise RecipeError(f"--every: expected 1 or more, got {every}", "2 looks at every second frame")
    if fps is not None and not 0 < fps < math.inf:
        raise RecipeError(f"--fps: expected a positive number, got {fps:g}", "as in --fps 30")


def looked_at(times_s: Iterable[float], every: int = 1, fps: float | None = None) -> Iterator[bool]:
    """For each frame, whether it is looked at: every so many, or so many a second; and the first and the last.

    Each is told as soon as the next frame is known, so that people are known up to the end.
    """
    due = -1
    for number, (time_s, next_s) in enumerate(pairwise(chain(times_s, [None]))):
        assert time_s is not None
        slot = number // every if fps is None else math.floor(time_s * fps + _ROUNDING)
        yield slot > due or next_s is None
        due = max(due, slot)
