"""What is special about smoothing splines."""

from __future__ import annotations

import numpy as np

from poselift.data.clip import Clip
from poselift.lifting.smoothing.spline import spline
from poselift.skeleton import H36M_17


def test_a_straight_line_stays_however_uneven_the_times():
    times = np.cumsum(np.random.default_rng(0).uniform(0.5, 1.5, 60)) / 50
    line = times[:, None, None] * np.ones((1, 17, 3))
    clip = Clip(H36M_17, 50.0, joints_root_mm=line, time_s=times)
    np.testing.assert_allclose(spline(clip, 3.0).joints_root_mm, line, atol=1e-6)
