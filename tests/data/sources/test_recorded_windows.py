"""Recordings as windows: the same numbers as single frames, never across clips, and nothing kept twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.sources.batch import NetworkInput
from poselift.data.sources.epochs import RecordedBatches
from poselift.data.sources.recorded_windows import load_recorded_windows
from poselift.data.sources.recordings import load_recorded
from poselift.data.store import load_store
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.normalisation import NORMALISATIONS, normaliser

any_normalisation = pytest.mark.parametrize("name", NORMALISATIONS)
any_source = pytest.mark.parametrize("source", ["gt", "sh_ft"])


@pytest.fixture
def store(recorded_store):
    return load_store(recorded_store)


def windows_of(store, source="gt", name="person_centred", window=SINGLE_FRAME, channels=3, stride=1):
    network = NetworkInput(normaliser(name), channels, window)
    return load_recorded_windows(store, store.clips_of(("train", "test")), source, network, stride=stride)


@any_normalisation
@any_source
@pytest.mark.parametrize("stride", [1, 7])
def test_windows_of_one_are_what_single_frames_are(store, name, source, stride):
    windows = windows_of(store, source, name, stride=stride)
    way = {"channels": 3, "stride": stride, "normaliser": normaliser(name)}
    frames = load_recorded(store, store.clips_of(("train", "test")), source, **way)
    assert len(windows) == len(frames)
    inputs, targets = windows.rows(np.arange(len(windows)))
    np.testing.assert_allclose(inputs, frames.inputs, atol=2e-5)
    np.testing.assert_allclose(targets, frames.targets, atol=2e-5)


@any_normalisation
def test_what_windows_say_leads_back_to_the_truth(store, name):
    windows = windows_of(store, "sh_ft", name, Window(frames=5, predicts="all"))
    rows = np.array([0, 29, 30, 31, 239])
    looked, truth = windows.looked_at(rows), windows.truth_mm(rows)
    root = windows.skeleton.root_position(truth)
    back = looked.view.to_mm(looked.batch.target, root[..., 0, :])
    np.testing.assert_allclose(back, truth, atol=5e-3)
    some = looked.view.rows(np.array([1, 4])).to_mm(looked.batch.target[[1, 4]], root[[1, 4], ..., 0, :])
    np.testing.assert_allclose(some, truth[[1, 4]], atol=5e-3)


def test_windows_stay_in_their_clip(store):
    windows = windows_of(store, window=Window(frames=9, predicts="all"))
    truth = windows.truth_mm(np.arange(len(windows)))
    for row in (0, 29, 30, 59, 239):
        clip = row // 30
        places = np.clip(np.arange(row - 4, row + 5), 30 * clip, 30 * clip + 29)
        np.testing.assert_array_equal(truth[row], windows.joints_cam_mm[places])


def test_frames_that_are_not_valid_are_seen_by_nobody_and_anchor_nothing(store):
    valid = np.ones(store.n_frames, dtype=bool)
    valid[10:13] = False
    spoilt = replace(store, arrays={**store.arrays, "valid": valid})
    windows = windows_of(spoilt, "sh_ft", window=Window(frames=3))
    assert len(windows) == len(windows_of(store)) - 3
    assert windows.anchors[:12].tolist() == [*range(10), 13, 14]
    before = windows.rows(np.array([9])).inputs[0]
    assert (before[2] == 0).all()
    assert (before[:2, :, 2] > 0).all()
    frames = load_recorded(spoilt, spoilt.clips_of(("train", "test")), "sh_ft", channels=3)
    assert len(frames) == len(windows)


def test_where_all_frames_are_predicted_all_must_be_valid(store):
    valid = np.ones(store.n_frames, dtype=bool)
    valid[10:13] = False
    spoilt = replace(store, arrays={**store.arrays, "valid": valid})
    windows = windows_of(spoilt, window=Window(frames=5, predicts="all"))
    assert windows.anchors[:12].tolist() == [*range(8), 15, 16, 17, 18]
    assert len(windows_of(store, window=Window(frames=5, predicts="all"))) == len(windows_of(store))


def test_recordings_are_resampled_to_the_rate_of_the_window(store):
    fps = store.clips[0].fps
    half = windows_of(store, window=Window(frames=3, predicts="all", fps=fps / 2)).truth_mm(np.array([10]))
    np.testing.assert_array_equal(half[0], store.joints_cam_mm[[8, 10, 12]])
    between = windows_of(store, window=Window(frames=3, predicts="all", fps=2 * fps)).truth_mm(np.array([10]))
    expected = np.asarray(store.joints_cam_mm[9:12], dtype=np.float64)
    np.testing.assert_allclose(between[0], [expected[:2].mean(0), expected[1], expected[1:].mean(0)], atol=1e-2)


def test_a_mirrored_window_is_the_mirror_image_of_every_frame(store):
    windows = windows_of(store, "sh_ft", window=Window(frames=5))
    plain = RecordedBatches(windows, len(windows), seed=3)
    flipped = RecordedBatches(windows, 2 * len(windows), seed=3, flip=True)
    assert flipped.poses == 2 * plain.poses
    inputs, targets = flipped.batch(0)
    order = flipped.order(0)
    mirror = order >= len(windows)
    expected = windows.rows(order[mirror] - len(windows))
    np.testing.assert_array_equal(inputs[mirror], windows.skeleton.mirrored(expected.inputs))
    np.testing.assert_array_equal(targets[mirror], windows.skeleton.mirrored(expected.target))


def test_windows_are_no_copies_of_their_frames(store):
    one, many = (windows_of(store, window=Window(frames=frames)) for frames in (1, 243))
    columns = ("joints", "confidence", "joints_cam_mm", "anchors", "clip", "first", "length", "rate")
    sizes = [sum(getattr(w, name).nbytes for name in columns) for w in (one, many)]
    assert sizes[0] == sizes[1]
