import numpy as np

from poselift.data.clip import Clip
from poselift.lifting.smoothing.none import unsmoothed
from poselift.skeleton import H36M_17


def test_nothing_is_smoothed():
    clip = Clip(H36M_17, 30.0, joints_root_mm=np.random.default_rng(0).normal(size=(5, 17, 3)))
    assert unsmoothed(clip, 0.5) is clip
