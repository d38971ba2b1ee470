"""Lengths of time, and frequencies, that a user chooses."""

from __future__ import annotations

import math

from poselift.errors import ShapeError


def checked_seconds(seconds: float, name: str) -> float:
    """A length of time, if it can be one.

    Raises:
        ShapeError: it is negative or not finite.
    """
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ShapeError(f"{name}: expected 0 or more seconds, got {seconds:g}", "0 turns it off")
    return seconds


def checked_cutoff(cutoff_hz: float) -> float:
    """A cut-off, if it can be one.

    Raises:
        ShapeError: it is not positive or not finite.
    """
    if not (math.isfinite(cutoff_hz) and cutoff_hz > 0):
        raise ShapeError(f"cutoff_hz: expected a positive number, got {cutoff_hz:g}", "--smoothing none turns it off")
    return cutoff_hz


def too_few_frames(cutoff_hz: float, fps: float) -> bool:
    """Whether frames do not show movements of this frequency: that takes two frames to and fro."""
    return cutoff_hz >= fps / 2
