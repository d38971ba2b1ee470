"""What is special about smoothing splines."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.lifting.smoothing.spline import spline
from poselift.skeleton import H36M_17


def test_a_straight_line_stays_however_uneven_the_times():
    times = np.cumsum(np.random.default_rng(0).uniform(0.5, 1.5, 60)) / 50
    line = times[:, None, None] * np.ones((1, 17, 3))
    clip = Clip(H36M_17, 50.0, joints_root_mm=line, time_s=times)
    np.testing.assert_allclose(spline(clip, 3.0).joints_root_mm, line, atol=1e-6)


@pytest.mark.parametrize(("fps", "cutoff_hz"), [(30.0, 8.0), (30.0, 12.0), (240.0, 6.0)])
def test_the_cut_off_holds_near_half_the_frame_rate_too(fps, cutoff_hz):
    wave = np.tile(np.sin(2 * np.pi * cutoff_hz * np.arange(int(8 * fps)) / fps)[:, None, None], (1, 17, 3))
    smooth = spline(Clip(H36M_17, fps, joints_root_mm=wave), cutoff_hz).joints_root_mm
    middle = slice(int(3 * fps), int(5 * fps))
    assert smooth[middle].std() / wave[middle].std() == pytest.approx(np.sqrt(0.5), abs=0.01)
