"""What is said of motion capture that was lifted: nothing of the truth, and of expected errors whether they come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.sources.virtual_cameras import Views
from poselift.data.windows import SINGLE_FRAME
from poselift.evaluation.masked import JointMask, masked_views
from poselift.evaluation.views import LiftedViews, SeenClips, Take, VirtualCameras, predict_views
from poselift.evaluation.views_report import evaluate_views
from poselift.geometry.intrinsics import Intrinsics
from poselift.metrics import joint_errors
from poselift.skeleton import BODY_21, H36M_17

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


def test_masked_joints_are_compared_with_the_same_joints_when_seen(made_up_lifter, store, clips):
    lifter = made_up_lifter("person_centred", SINGLE_FRAME)
    lifted = predict_views(lifter, store, clips, TWO)
    assert evaluate_views(lifted).masking is None
    masked = masked_views(lifter, lifted, JointMask.of(3, H36M_17))
    before, after = (views.seen.views.confidence > 0 for views in (lifted, masked))
    truth_mm = lifted.seen.views.joints_cam_mm
    truth_root_mm = truth_mm - H36M_17.root_position(truth_mm)
    errors_mm = [joint_errors(views.joints_root_mm, truth_root_mm) for views in (masked, lifted)]
    found = evaluate_views(masked).masking
    for same, chosen in ((found.visible, before & after), (found.hidden, before & ~after)):
        assert same.n_errors == chosen.sum()
        assert [same.masked_mm, same.unmasked_mm] == pytest.approx([errors[chosen].mean() for errors in errors_mm])
    assert evaluate_views(masked).results["root_relative"].mean_mm == pytest.approx(errors_mm[0].mean())


def test_joints_that_are_not_measured_are_neither_masked_nor_visible():
    body_mm = np.random.default_rng(0).normal((0, 0, 3000), 300, (40, 21, 3))
    lens = Intrinsics(*(np.full((40, 2), number) for number in (1000.0, 500.0, 1000.0)))
    views = Views(body_mm, body_mm[..., :2] / body_mm[..., 2:], np.ones((40, 21)), lens, lens)
    seen = SeenClips(views, ["walk"] * 40, 0, np.ones(40, dtype=bool), (Take(slice(0, 40), np.arange(40.0)),), False)
    whole = LiftedViews(seen, body_mm + 10, BODY_21, SINGLE_FRAME, {}, np.full((40, 21), np.nan))
    confidence = JointMask.of(3, BODY_21, H36M_17).confidence(seen)
    masked = whole._replace(seen=replace(seen, views=replace(views, confidence=confidence)), unmasked=whole)
    found = evaluate_views(masked, H36M_17).masking
    assert (found.visible.n_errors, found.hidden.n_errors) == (40 * 14, 40 * 3)
