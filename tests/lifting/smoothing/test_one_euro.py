"""What is special about the One-Euro filter."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.lifting.smoothing.one_euro import one_euro
from poselift.skeleton import H36M_17


def test_whoever_moves_fast_is_followed_at_once_and_who_rests_is_steadied():
    rng = np.random.default_rng(0)
    still = rng.normal(0, 10, (200, 17, 3))
    fast = still + np.arange(200)[:, None, None] * [60.0, 0, 0]
    followed = one_euro(Clip(H36M_17, 50.0, joints_root_mm=fast), 2.0).joints_root_mm
    assert np.abs(followed - fast)[50:, :, 0].mean() < 60
    calm = one_euro(Clip(H36M_17, 50.0, joints_root_mm=still), 2.0).joints_root_mm
    assert np.diff(calm, axis=0).std() < np.diff(still, axis=0).std() / 3


@pytest.mark.parametrize(("fps", "cutoff_hz"), [(30.0, 6.0), (120.0, 3.0)])
def test_at_rest_the_cut_off_holds_at_any_rate(fps, cutoff_hz):
    """A movement of a thousandth of a millimetre has no speed to speak of."""
    wave = 1e-3 * np.tile(np.sin(2 * np.pi * cutoff_hz * np.arange(int(8 * fps)) / fps)[:, None, None], (1, 17, 3))
    smooth = one_euro(Clip(H36M_17, fps, joints_root_mm=wave), cutoff_hz).joints_root_mm
    middle = slice(int(3 * fps), int(5 * fps))
    assert smooth[middle].std() / wave[middle].std() == pytest.approx(np.sqrt(0.5), abs=0.01)
