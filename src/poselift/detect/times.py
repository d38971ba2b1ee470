"""When the frames of a video were taken."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

logger = logging.getLogger(__name__)

# Two times that were rounded to the next tick differ by less than a tick from what they were.
_ROUNDING_TICKS = 0.99
_SAME_S = 1e-9


def frame_times(
    shown_s: Sequence[float], fps: float, tick_s: float, path: Path | str
) -> Float[np.ndarray, " frames"]:
    """Times in seconds from the first frame on, of what a file says about when its frames are shown.

    A frame rate that is constant but for the rounding of the file gives frame / fps exactly. Where a time is missing
    (NaN) or does not rise, none is believed: a warning is logged, and all are frame / fps.
    """
    shown = np.asarray(shown_s, dtype=np.float64)
    regular = np.arange(len(shown)) / fps
    rises = np.isfinite(shown[:1]).all() and (np.diff(shown) > 0).all()
    if not rises:
        logger.warning("%s: its frames have no times, or times that do not rise; %.4g frames/s assumed", path, fps)
        return regular
    times = shown - shown[:1]
    return regular if (np.abs(times - regular) < _ROUNDING_TICKS * tick_s + _SAME_S).all() else times
