"""What is special about the Butterworth filter."""

from __future__ import annotations

import numpy as np

from poselift.data.clip import Clip
from poselift.lifting.smoothing.butterworth import butterworth
from poselift.skeleton import H36M_17


def clip_of(joints, **changes):
    return Clip(H36M_17, 50.0, joints_root_mm=joints, **changes)


def test_it_is_the_filter_of_fourth_order_that_biomechanics_uses():
    """The response of two passes, at frequencies around the cut-off; a bilinear filter bends frequencies a little."""
    for hz in (2.0, 6.0, 12.0):
        wave = np.tile(np.sin(2 * np.pi * hz * np.arange(400) / 50)[:, None, None], (1, 17, 3))
        kept = butterworth(clip_of(wave), 6.0).joints_root_mm[150:250].std() / wave[150:250].std()
        ratio = (np.tan(np.pi * hz / 50) / np.tan(np.pi * 6 / 50)) * (np.sqrt(2) - 1) ** 0.25
        np.testing.assert_allclose(kept, 1 / (1 + ratio**4), atol=0.02)


def test_above_half_the_frame_rate_nothing_changes():
    joints = np.random.default_rng(0).normal(size=(30, 17, 3))
    np.testing.assert_array_equal(butterworth(clip_of(joints), 25.0).joints_root_mm, joints)


def test_a_straight_line_stays_straight_to_its_ends():
    line = np.arange(60.0)[:, None, None] * np.ones((1, 17, 3))
    np.testing.assert_allclose(butterworth(clip_of(line), 6.0).joints_root_mm, line, atol=0.2)


def test_a_part_is_the_part_of_the_whole_also_at_uneven_times():
    rng = np.random.default_rng(0)
    clip = clip_of(rng.normal(0, 10, (300, 17, 3)), time_s=np.cumsum(rng.uniform(0.6, 1.4, 300)) / 50)
    whole, part = butterworth(clip, 6.0), butterworth(clip.part(50, 250), 6.0)
    np.testing.assert_allclose(part.joints_root_mm[50:150], whole.joints_root_mm[100:200], atol=0.01)
