"""Expected errors are calibrated by those of the validation split, of a store of either kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.errors import DataFormatError, RecipeError
from poselift.evaluation.error_scale import validation_reliability
from poselift.evaluation.opening import exported_lifter
from poselift.evaluation.stores import evaluate_store, predict_store
from poselift.models import create_model


def network(uncertainty=True):
    return create_model("lcn", channels=4, layers=1, normalisation="person_centred", uncertainty=uncertainty).eval()


@pytest.fixture(scope="module")
def lifter():
    with exported_lifter(network()) as opened:
        yield opened


def test_motion_capture_gives_what_an_evaluation_finds(lifter, stores):
    store, done = stores["motion_capture"], []
    found = validation_reliability(lifter, store, on_clip=done.append)
    clips = store.clips_of(("val",))
    measured = evaluate_store(predict_store(lifter, store, clips), store, clips).reliability
    assert found.as_dict() == measured.as_dict()
    assert found.n_errors == 4 * 30 * 16
    assert done == [1]


def test_recordings_are_measured_by_the_joints_that_are_named(lifter, stores):
    store, done = stores["recordings"], []
    true, detected = (validation_reliability(lifter, store, name, on_clip=done.append) for name in ("gt", "sh_ft"))
    assert true.n_errors == detected.n_errors == 4 * 30 * 16
    assert done == 2 * [1, 2, 3, 4]
    assert true.factor != detected.factor
    clips = store.clips_of(("val",))
    report = evaluate_store(predict_store(lifter, store, clips, detections="sh_ft"), store, clips)
    # The mean over all joints holds the root, which is never off.
    assert detected.observed_mm.mean() * 16 / 17 == pytest.approx(report.results["root_relative"].mean_mm, rel=1e-5)


def test_frames_that_are_no_good_do_not_count(lifter, stores, spoilt):
    for kind, views in (("recordings", 1), ("motion_capture", 4)):
        store = stores[kind]
        first = store.clips_of(("val",))[0].start
        holed = spoilt(store, first + np.array([2, 3]))
        whole, left = (validation_reliability(lifter, data).n_errors for data in (store, holed))
        assert whole - left == 2 * 16 * views


def test_what_does_not_fit_is_refused(lifter, stores, spoilt):
    with exported_lifter(network(uncertainty=False)) as silent, pytest.raises(RecipeError, match="does not say how"):
        validation_reliability(silent, stores["motion_capture"])
    for store in stores.values():
        late = replace(store, clips=tuple(replace(clip, split="test") for clip in store.clips))
        with pytest.raises(DataFormatError, match="no split 'val'"):
            validation_reliability(lifter, late)
    with pytest.raises(DataFormatError, match="no 2D joints 'cpn'"):
        validation_reliability(lifter, stores["recordings"], "cpn")
    nothing = spoilt(stores["recordings"], slice(None))
    with pytest.raises(DataFormatError, match="no frame of which the model says"):
        validation_reliability(lifter, nothing)
