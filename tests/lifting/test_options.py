import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.errors import RecipeError, ShapeError
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lookup import look_up
from poselift.skeleton import H36M_17


@pytest.mark.parametrize("name", ["max_gap_s"])
@pytest.mark.parametrize("value", [-1, np.nan, np.inf])
def test_impossible_times_are_named(name, value):
    with pytest.raises(ShapeError, match=f"{name}: expected 0 or more seconds, got {value:g}") as error:
        LiftOptions(**{name: value})
    assert error.value.hint


def test_a_smoothing_that_is_not_in_the_table_is_told_those_that_are():
    with pytest.raises(RecipeError, match="unknown smoothing 'gausian'") as error:
        LiftOptions(smoothing="gausian")
    assert all(name in error.value.hint for name in SMOOTHERS)


@pytest.mark.parametrize("name", SMOOTHERS)
def test_every_smoothing_of_the_table_keeps_its_promise(name):
    """A clip and seconds go in; the same person comes out, at the same times."""
    clip = Clip(H36M_17, 30.0, joints_root_mm=np.random.default_rng(0).normal(size=(9, 17, 3)))
    smoothed = look_up(SMOOTHERS, LiftOptions(smoothing=name).smoothing, "smoothing")(clip, DEFAULTS.cutoff_hz)
    assert smoothed.time_s is clip.time_s
    assert np.isfinite(smoothed.joints_root_mm).all()
