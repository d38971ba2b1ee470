"""What is said of motion capture that was lifted: nothing of the truth, and of expected errors whether they come."""

from __future__ import annotations

import pytest

from poselift.data.windows import SINGLE_FRAME
from poselift.evaluation.views import VirtualCameras, predict_views
from poselift.evaluation.views_report import evaluate_views
from poselift.metrics import joint_errors
from poselift.skeleton import H36M_17

from .conftest import CASES

TWO = VirtualCameras(views=2)


@pytest.fixture
def store(stores):
    return stores["motion_capture"]


@pytest.fixture
def clips(store):
    return store.clips_of(("train",))


@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_the_truth_has_no_error(made_up_lifter, store, clips, name, window):
    lifted = predict_views(made_up_lifter(name, window), store, clips, TWO)
    truth = lifted.seen.views.joints_cam_mm
    report = evaluate_views(lifted._replace(joints_root_mm=truth - H36M_17.root_position(truth)))
    for result in report.results.values():
        assert result.mean_mm == pytest.approx(0, abs=1e-6)
    assert evaluate_views(lifted).results["procrustes"].mean_mm > 10


def test_expected_errors_are_compared_with_those_of_all_joints_but_the_root(made_up_lifter, store, clips):
    lifted = predict_views(made_up_lifter("person_centred", SINGLE_FRAME), store, clips, TWO)
    assert evaluate_views(lifted).reliability is None
    truth_mm = lifted.seen.views.joints_cam_mm
    errors_mm = joint_errors(lifted.joints_root_mm, truth_mm - H36M_17.root_position(truth_mm))
    report = evaluate_views(lifted._replace(expected_error_mm=errors_mm / 2))
    assert report.reliability.n_errors == 180 * 16
    assert report.reliability.factor == pytest.approx(2)
    assert report.reliability.sharpness == pytest.approx(1)
    assert report.figures == report.reliability.figures
