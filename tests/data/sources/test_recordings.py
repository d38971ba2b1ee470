"""Recordings as an image-frame network sees them, and the way back to millimetres."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.sources.epochs import RecordedBatches
from poselift.data.sources.recordings import detection_sources, load_recorded
from poselift.data.sources.truth import load_truth
from poselift.data.store import load_store
from poselift.errors import DataFormatError, ShapeError


@pytest.fixture
def store(recorded_store):
    return load_store(recorded_store)


def test_targets_lead_back_to_the_true_poses(store):
    clips = store.clips_of(("train", "test"))
    recorded, truth = load_recorded(store, clips, "gt", channels=2), load_truth(store, clips)
    assert len(recorded) == len(truth) == 240
    back_mm = truth.to_camera(truth.to_image(recorded.targets))
    np.testing.assert_allclose(back_mm, truth.joints_cam_mm, atol=2e-3)
    np.testing.assert_array_equal(truth.joints_cam_mm[:120], store.joints_cam_mm[:120])
    np.testing.assert_array_equal(truth.joints_cam_mm[120:], store.joints_cam_mm[240:])


def test_the_true_input_is_the_target_without_its_depth(store):
    recorded = load_recorded(store, store.clips, "gt", channels=3)
    np.testing.assert_array_equal(recorded.inputs[..., :2], recorded.targets[..., :2])
    assert (recorded.inputs[..., 2] == 1).all()


def test_detections_are_normalised_by_the_size_of_their_image(store):
    assert detection_sources(store) == ("gt", "sh_ft")
    recorded = load_recorded(store, store.clips, "sh_ft", channels=3)
    for number, clip in enumerate(store.clips):
        width, height = store.camera_of(clip).size_px
        expected = store.arrays["joints_px.sh_ft"][clip.frames] / width * 2 - [1, height / width]
        rows = slice(30 * number, 30 * number + 30)
        np.testing.assert_allclose(recorded.inputs[rows, :, :2], expected, atol=1e-6)
        np.testing.assert_array_equal(recorded.inputs[rows, :, 2], store.arrays["confidence.sh_ft"][clip.frames])
    assert {store.camera_of(clip).size_px for clip in store.clips} == {(1000, 1002), (1000, 1000)}
    without = load_recorded(store, store.clips, "sh_ft", channels=2)
    np.testing.assert_array_equal(without.inputs, recorded.inputs[..., :2])


def test_a_stride_takes_every_nth_frame_of_each_clip(store):
    recorded = load_recorded(store, store.clips, "gt", channels=2)
    strided = load_recorded(store, store.clips, "gt", channels=2, stride=7)
    rows = np.concatenate([30 * clip + np.arange(0, 30, 7) for clip in range(len(store.clips))])
    np.testing.assert_array_equal(strided.targets, recorded.targets[rows])
    np.testing.assert_array_equal(
        load_truth(store, store.clips, stride=7).joints_cam_mm,
        load_truth(store, store.clips).rows(rows).joints_cam_mm,
    )


def test_what_does_not_fit_is_refused(store, mocap_store):
    with pytest.raises(DataFormatError, match="no 2D joints 'cpn'") as caught:
        load_recorded(store, store.clips, "cpn", channels=2)
    assert "gt, sh_ft" in caught.value.hint
    with pytest.raises(DataFormatError, match="no split 'tst'"):
        store.clips_of(("train", "tst"))
    mocap = load_store(mocap_store)
    with pytest.raises(DataFormatError, match="no joints_cam_mm"):
        load_recorded(mocap, mocap.clips, "gt", channels=2)
    truth = load_truth(store, store.clips_of(("test",)))
    with pytest.raises(ShapeError, match="expected 120 poses as the data set has, got 119"):
        truth.to_camera(np.zeros((119, 17, 3)))
    sizeless = {key: replace(camera, size_px=None) for key, camera in store.cameras.items()}
    with pytest.raises(DataFormatError, match="has no image size"):
        load_recorded(replace(store, cameras=sizeless), store.clips, "gt", channels=2)


@pytest.mark.parametrize("flip", [False, True])
def test_every_pose_comes_once_in_an_epoch(store, flip):
    recorded = load_recorded(store, store.clips_of(("train",)), "sh_ft", channels=3)
    batches = RecordedBatches(recorded, batch_size=50, seed=3, flip=flip)
    rows = 240 if flip else 120
    assert batches.poses == rows
    drawn = [batches.batch(number) for number in range(12 if flip else 6)]
    inputs = np.concatenate([batch.inputs for batch in drawn])[:rows]
    targets = np.concatenate([batch.target for batch in drawn])[:rows]
    expected = recorded.inputs, recorded.targets
    if flip:
        expected = tuple(np.concatenate([a, recorded.skeleton.mirrored(a)]) for a in expected)
    order, wanted = (np.lexsort(a.reshape(rows, -1).T) for a in (inputs, expected[0]))
    np.testing.assert_array_equal(inputs[order], expected[0][wanted])
    np.testing.assert_array_equal(targets[order], expected[1][wanted])


def test_batches_are_a_function_of_seed_and_number(store):
    recorded = load_recorded(store, store.clips, "gt", channels=2)
    first, again, other = (RecordedBatches(recorded, 16, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.batch(9).inputs, again.batch(9).inputs)
    assert not np.array_equal(first.batch(9).inputs, other.batch(9).inputs)
    assert not np.array_equal(first.batch(9).inputs, first.batch(10).inputs)
    # Another epoch has another order.
    whole = RecordedBatches(recorded, len(recorded), 1)
    assert not np.array_equal(whole.batch(0).inputs, whole.batch(1).inputs)


def test_a_batch_may_be_larger_than_the_data(store):
    recorded = load_recorded(store, store.clips_of(("train",))[:1], "gt", channels=2)
    batch = RecordedBatches(recorded, 100, 0).batch(0)
    assert batch.inputs.shape == (100, 17, 2)
