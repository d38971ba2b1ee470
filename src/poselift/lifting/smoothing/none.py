"""No smoothing at all."""

from __future__ import annotations

from poselift.data.clip import Clip


def unsmoothed(clip: Clip, seconds: float) -> Clip:
    """The clip as it is, whatever `seconds` says."""
    return clip
