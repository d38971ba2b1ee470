"""When the frames of a video were taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise

# Two times that were rounded to the next tick differ by less than a tick from what they were.
_ROUNDING_TICKS = 0.99
_SAME_S = 1e-9


def frame_times(shown_s: Iterable[float], fps: float, tick_s: float, told: Callable[[str], None]) -> Iterator[float]:
    """Times in seconds from the first frame on, of what a file says about when its frames are shown.

    Each is given as soon as the next one is known. While the frame rate is constant but for the rounding of the
    file, they are frame / fps exactly. From the first time on that is missing (NaN), or after which time does not
    rise, none is believed: that is told, and frames follow each other by 1 / fps.
    """
    steps = pairwise(chain(shown_s, [math.inf]))
    first_s, last_s, regular, believed = math.nan, -math.inf, True, True
    for number, (now_s, next_s) in enumerate(steps):
        if number == 0:
            first_s = now_s
        if believed and not now_s < next_s:  # NaN is not less either
            where = f"from frame {number} on " if number else ""
            told(f"{where}its frames have no times, or times that do not rise: {fps:.4g} frames/s assumed")
            believed = False
        time_s = number / fps
        if believed and not (regular and abs(now_s - first_s - time_s) < _ROUNDING_TICKS * tick_s + _SAME_S):
            # What came before was rounded: this may lie a tick before the last.
            regular, time_s = False, max(now_s - first_s, math.nextafter(last_s, math.inf))
        elif not (believed or regular):
            time_s = last_s + 1 / fps
        last_s = time_s
        yield time_s
