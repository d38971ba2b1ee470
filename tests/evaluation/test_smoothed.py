"""Smoothing what is evaluated is smoothing what is lifted, clip by clip."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.windows import SINGLE_FRAME
from poselift.errors import RecipeError
from poselift.evaluation.smoothed import smoothed_views
from poselift.evaluation.views import VirtualCameras, predict_views
from poselift.evaluation.views_report import evaluate_views
from poselift.lifting.options import LiftOptions
from poselift.lifting.smoothing.gaussian import gaussian
from poselift.skeleton import H36M_17


@pytest.fixture
def lifted(made_up_lifter, stores, spoilt):
    """Two clips through two cameras; in the first a few frames are no good."""
    store = spoilt(stores["motion_capture"], [50, 51])
    lifter = made_up_lifter("person_centred", SINGLE_FRAME)
    return predict_views(lifter, store, store.clips_of(("train",)), VirtualCameras(views=2, over_time=True))


def test_each_take_is_smoothed_by_itself_and_not_across_what_is_no_good(lifted):
    smooth = smoothed_views(lifted, LiftOptions(smoothing="gaussian", cutoff_hz=1.5))
    assert [rows.stop - rows.start for rows, _ in lifted.seen.takes] == [80, 80, 10, 10]
    for rows, time_s in lifted.seen.takes:
        joints, measured = lifted.joints_root_mm[rows], lifted.seen.measured[rows]
        alone = gaussian(Clip(H36M_17, 30.0, joints_root_mm=joints, valid=measured, time_s=time_s), 1.5)
        np.testing.assert_array_equal(smooth.joints_root_mm[rows], alone.joints_root_mm)
        assert (np.isnan(smooth.joints_root_mm[rows]).all(axis=(1, 2)) == ~measured).all()
    key = "acceleration predicted, mm/s²"
    assert evaluate_views(smooth).figures[key] < evaluate_views(lifted).figures[key] / 2
    assert (smooth.about["smoothing"], smooth.about["cutoff_hz"]) == ("gaussian", 1.5)


def test_what_was_lifted_with_nothing_masked_is_smoothed_alike(lifted):
    both = smoothed_views(lifted._replace(unmasked=lifted), LiftOptions(smoothing="gaussian", cutoff_hz=1.5))
    np.testing.assert_array_equal(both.unmasked.joints_root_mm, both.joints_root_mm)
    assert both.unmasked.unmasked is None


def test_no_smoothing_changes_nothing(lifted):
    options = LiftOptions(smoothing="none")
    np.testing.assert_array_equal(smoothed_views(lifted, options).joints_root_mm, lifted.joints_root_mm)


def test_frames_of_a_camera_each_are_not_smoothed(made_up_lifter, stores):
    store = stores["motion_capture"]
    frames = predict_views(made_up_lifter("person_centred", SINGLE_FRAME), store, store.clips_of(("train",)))
    with pytest.raises(RecipeError, match="cannot be smoothed") as caught:
        smoothed_views(frames, LiftOptions())
    assert "--over-time" in caught.value.hint
