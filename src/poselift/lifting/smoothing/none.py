"""No smoothing but that of the model, which sees the frames around each if it is `video`."""

from __future__ import annotations

from poselift.data.clip import Clip


def unsmoothed(clip: Clip, cutoff_hz: float) -> Clip:
    """The clip as it is, whatever `cutoff_hz` says."""
    return clip
