"""What a measure looks at."""

from __future__ import annotations

import pytest

from poselift.data.store import load_store
from poselift.errors import RecipeError
from poselift.experiments.measuring import measured
from poselift.experiments.recipe import Measure
from poselift.lifting.lifter import Lifter


@pytest.fixture(scope="module")
def store(recorded_store):
    return load_store(recorded_store)


@pytest.fixture
def lifter(tiny_model):
    return Lifter(tiny_model, flip=False)


def test_clips_are_chosen_by_what_they_are(store, lifter):
    def frames(**settings):
        return measured(lifter, store, "a", Measure(**settings)).frames

    assert frames() == 120
    assert frames(split=("test", "val")) == 240
    assert frames(split=("test", "val"), only=("subject:S8", "action:Walking")) == 60
    assert frames(without=("action:Walking",)) == 60
    with pytest.raises(RecipeError, match="no such action"):
        frames(only=("action:Flying",))


def test_worse_keypoints_are_lifted_worse(store, lifter):
    def error(**settings):
        return measured(lifter, store, "a", Measure(**settings)).errors_mm["procrustes"]

    assert measured(lifter, store, "a", Measure()).frames == 120
    assert len({error(), error(noise_px=30.0), error(missing=5), error(detections="sh_ft"), error(flip=False)}) == 4
    assert error(noise_px=5.0) == error(noise_px=5.0)


def test_what_has_no_effect_on_such_data_is_refused(store, lifter, mocap_store):
    with pytest.raises(RecipeError, match=r"measures\.a\.true_2d has no effect on recordings"):
        measured(lifter, store, "a", Measure(true_2d=True))
    with pytest.raises(RecipeError, match=r"measures\.a\.missing has no effect on motion capture"):
        measured(lifter, load_store(mocap_store), "a", Measure(split=("val",), missing=2))


def test_motion_capture_is_seen_by_virtual_cameras(lifter, mocap_store):
    store = load_store(mocap_store)
    true, seen = (measured(lifter, store, "a", Measure(split=("val",), true_2d=true)) for true in (True, False))
    assert true.errors_mm["procrustes"] != seen.errors_mm["procrustes"]
