"""Where one motion ends and another begins."""

import numpy as np
import pytest

from poselift.tracking.kinks import kink

SIZE_PX = 400.0


def places(fps, before, after, at_s=0.3, seconds=0.5):
    """Times, and places of somebody whose velocity, in sizes per second, changes at a time."""
    time_s = np.arange(round(seconds * fps) + 1) / fps
    rng = np.random.default_rng(0)
    x = SIZE_PX * (before * np.minimum(time_s, at_s) + after * np.maximum(time_s - at_s, 0))
    return time_s, np.stack([x, np.full_like(x, 500)], axis=1) + rng.normal(0, 0.005 * SIZE_PX, (len(x), 2))


@pytest.mark.parametrize("fps", [25, 60])
def test_who_goes_on_as_somebody_else_is_two_from_there_on(fps):
    time_s, place_px = places(fps, 0.8, -0.8)
    at = kink(time_s, place_px, SIZE_PX)
    assert time_s[at] == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(("before", "after"), [(0.8, 0.8), (0.8, 0.2), (0, 0.6), (-5, -5)])
def test_who_walks_brakes_starts_or_runs_is_one(before, after):
    for fps in (12, 25, 60):
        assert kink(*places(fps, before, after), SIZE_PX) is None


def test_what_is_short_or_seldom_seen_tells_nothing():
    assert kink(*places(60, 0.8, -0.8, at_s=0.15, seconds=0.3), SIZE_PX) is None
    assert kink(*places(8, 0.8, -0.8), SIZE_PX) is None
