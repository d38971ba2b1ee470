"""What is special about the One-Euro filter."""

from __future__ import annotations

import numpy as np

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
