"""What int8 learns its ranges from: any store, for any network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.model_header import ModelHeader
from poselift.data.sources.batch import NetworkInput
from poselift.data.sources.recorded_windows import load_recorded_windows
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.errors import DataFormatError, SkeletonError
from poselift.evaluation import calibration
from poselift.evaluation.calibration import calibration_inputs
from poselift.normalisation import normaliser
from poselift.skeleton import COCO_17, H36M_17

from .conftest import CASES


def header(name="image_frame", window=SINGLE_FRAME, skeleton=H36M_17, **about):
    return ModelHeader("made_up", {"normalisation": name, "in_channels": 3}, skeleton, window, about)


def recipe(detections):
    return {"recipe": {"data": {"detections": detections}}}


@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_motion_capture_is_seen_as_by_a_detector(stores, name, window, monkeypatch):
    inputs = calibration_inputs(stores["motion_capture"], header(name, window))
    assert inputs.shape == (90, *([window.frames] if window.frames > 1 else []), 17, 3)
    assert np.isfinite(inputs).all()
    assert len(np.unique(inputs[..., 2])) > 1000
    np.testing.assert_array_equal(inputs, calibration_inputs(stores["motion_capture"], header(name, window)))
    monkeypatch.setattr(calibration, "_POSES", 20 * window.frames)
    few = calibration_inputs(stores["motion_capture"], header(name, window))
    assert len(few) == 20
    # They are drawn from all, not the first ones.
    rows = {row.tobytes() for row in inputs}
    assert all(row.tobytes() in rows for row in few)


@pytest.mark.parametrize("source", ["gt", "sh_ft"])
@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_recordings_are_seen_as_in_training(stores, name, window, source, monkeypatch):
    store = stores["recordings"]
    monkeypatch.setattr(calibration, "_POSES", 60 * window.frames)
    inputs = calibration_inputs(store, header(name, window, **recipe(source)))
    network = NetworkInput(normaliser(name), 3, window)
    windows = load_recorded_windows(store, store.clips_of(("train",)), source, network, stride=2)
    np.testing.assert_allclose(inputs, windows.rows(np.arange(60)).inputs, rtol=1e-4, atol=1e-4)


def test_without_a_recipe_the_true_joints_are_seen(stores):
    store = stores["recordings"]
    true, detected = (calibration_inputs(store, header(**about)) for about in (recipe("gt"), recipe("sh_ft")))
    for about in ({}, {"recipe": 3}, {"recipe": {"data": {"detections": 3}}}):
        np.testing.assert_array_equal(calibration_inputs(store, header(**about)), true)
    assert not np.array_equal(true, detected)
    with pytest.raises(DataFormatError, match="no 2D joints 'cpn'"):
        calibration_inputs(store, header(**recipe("cpn")))


@pytest.mark.parametrize("kind", ["recordings", "motion_capture"])
@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_frames_that_are_no_good_are_no_examples(stores, spoilt, kind, name, window):
    store = stores[kind]
    first = store.clips_of(("train",))[0].start
    inputs = calibration_inputs(spoilt(store, first + np.array([2, 3])), header(name, window, **recipe("sh_ft")))
    assert len(inputs) == len(calibration_inputs(store, header(name, window))) - 2
    assert np.isfinite(inputs).all()


def test_what_does_not_fit_is_refused(stores):
    recordings = stores["recordings"]
    with pytest.raises(SkeletonError, match="the recordings are of skeleton h36m17, the model is of coco17"):
        calibration_inputs(recordings, header(skeleton=COCO_17))
    for store in stores.values():
        late = replace(store, clips=tuple(replace(clip, split="test") for clip in store.clips))
        with pytest.raises(DataFormatError, match="no split 'train'"):
            calibration_inputs(late, header(window=Window(frames=3)))
