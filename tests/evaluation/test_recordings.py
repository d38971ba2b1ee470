"""Recordings predicted and measured, by any normalisation and any window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.converted import converted_recordings
from poselift.data.predictions import Predictions, load_predictions
from poselift.data.sources.batch import NetworkInput
from poselift.data.sources.recorded_windows import load_recorded_windows
from poselift.data.sources.recordings import image_size
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.errors import DataFormatError, ShapeError
from poselift.evaluation.recordings import evaluate_recordings, predict_recordings
from poselift.geometry.crop import camera_to_image_frame
from poselift.metrics import report_to_json
from poselift.normalisation import normaliser
from poselift.normalisation.image_frame import image_frame_denormalised
from poselift.skeleton import COCO_17, H36M_17

from .conftest import CASES

NINE = Window(frames=9, ends="mask")


@pytest.fixture
def store(stores):
    return stores["recordings"]


@pytest.fixture
def clips(store):
    return store.clips_of(("test",))


def by_training(network, store, clips, source, name, window):
    """The same predictions by the windows that training sees."""
    windows = load_recorded_windows(store, clips, source, NetworkInput(normaliser(name), 3, window))
    batch, view = windows.looked_at(np.arange(len(windows)))
    output = network(name, window).run(batch.inputs)
    output = output[:, window.place] if window.output_frames else output
    if name == "image_frame":
        return image_frame_denormalised(output, image_size(store, clips[0]))
    true_root_mm = None
    if normaliser(name).needs_root:
        truth_mm = windows.truth_mm(np.arange(len(windows)))
        truth_mm = truth_mm[:, window.place] if window.output_frames else truth_mm
        true_root_mm = H36M_17.root_position(truth_mm)[:, 0]
    joints = view.to_mm(output, true_root_mm)
    return joints - H36M_17.root_position(joints)


@pytest.mark.parametrize("source", ["gt", "sh_ft"])
@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_a_network_sees_in_evaluation_what_it_sees_in_training(
    made_up_network, made_up_lifter, store, clips, name, window, source
):
    lifter = made_up_lifter(name, window, flip=False)
    predictions = predict_recordings(lifter, store, clips[:1], source)
    assert predictions.space == ("image" if name == "image_frame" else "root_mm")
    expected = by_training(made_up_network, store, clips[:1], source, name, window)
    np.testing.assert_allclose(predictions.joints, expected, rtol=1e-4, atol=0.5)
    assert np.ptp(expected) > 100
    report = evaluate_recordings(predictions, store, clips[:1])
    assert ("lcn" in report.results) == (name == "image_frame")
    assert report.results["velocity"].mean_mm > 0


@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_clips_do_not_know_of_each_other(made_up_lifter, store, clips, name, window):
    lifter, done = made_up_lifter(name, window), []
    whole = predict_recordings(lifter, store, clips, on_clip=done.append)
    parts = [predict_recordings(lifter, store, (clip,)).joints for clip in clips]
    np.testing.assert_allclose(whole.joints, np.concatenate(parts), rtol=1e-5, atol=1e-2)
    assert done == [1, 2, 3, 4]


@pytest.mark.parametrize("rubbish", [0.0, 1e4, np.nan])
@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_frames_that_are_not_valid_do_not_shift_time_and_are_not_measured(
    made_up_lifter, store, spoilt, clips, name, window, rubbish
):
    first, gone = clips[0].start, np.array([11, 12, 20])
    lifter, holed = made_up_lifter(name, window), spoilt(store, first + gone, rubbish)
    plain, predictions = (predict_recordings(lifter, data, clips, "sh_ft") for data in (store, holed))
    assert np.isnan(predictions.joints).all(axis=(1, 2)).nonzero()[0].tolist() == gone.tolist()
    # Windows of the clip's own frames, and of 20 a second where the clip has 50, a frame of each side more.
    reach = 0 if window.frames == 1 else 14
    far = [frame for frame in range(120) if frame >= 30 or np.abs(frame - gone).min() > reach]
    assert len(far) >= 90
    np.testing.assert_allclose(predictions.joints[far], plain.joints[far], rtol=1e-5, atol=1e-2)
    report = evaluate_recordings(predictions, holed, clips)
    assert report.n_frames == 117
    assert report.group_frames["action"]["Directions"] == 57
    # Movements between valid frames that follow one another: of 30 frames in three stretches, and three whole clips.
    assert report.results["velocity"].n_frames == 24 + 3 * 29


@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_what_frames_that_are_not_valid_hold_does_not_matter(made_up_lifter, store, spoilt, clips, name, window):
    lifter, gone = made_up_lifter(name, window), clips[0].start + np.array([0, 7, 8, 29])
    made = [
        predict_recordings(lifter, spoilt(store, gone, rubbish), clips, "sh_ft") for rubbish in (0.0, 1e4, np.nan)
    ]
    for other in made[1:]:
        np.testing.assert_array_equal(other.joints, made[0].joints)


def test_a_window_sees_through_a_hole(made_up_lifter, store, spoilt, clips):
    """The frames beyond a hole stay where they are in the window, rather than move up."""
    lifter = made_up_lifter("person_centred", NINE, flip=False)
    holed = spoilt(store, clips[0].start + np.array([14]))
    cut = predict_recordings(lifter, holed, clips[:1], "sh_ft").joints
    moved = np.array(holed.arrays["joints_px.sh_ft"])
    moved[clips[0].start + 16] += 40
    beyond = replace(holed, arrays={**holed.arrays, "joints_px.sh_ft": moved})
    changed = np.abs(predict_recordings(lifter, beyond, clips[:1], "sh_ft").joints - cut).max(axis=(1, 2))
    assert np.flatnonzero(changed > 1e-3).tolist() == [12, 13, 15, 16, 17, 18, 19, 20]


def true_predictions(store, clips, space):
    parts = []
    for clip in clips:
        truth = np.asarray(store.joints_cam_mm[clip.frames], dtype=np.float64)
        root = H36M_17.root_position(truth)
        image = camera_to_image_frame(store.camera_of(clip), truth, root[:, 0])[0]
        parts.append(image if space == "image" else truth - root)
    named = tuple((clip.name, clip.length) for clip in clips)
    return Predictions(np.concatenate(parts), space, named)


@pytest.mark.parametrize("space", ["image", "root_mm"])
def test_the_truth_has_no_error(store, clips, space, tmp_path):
    truth = true_predictions(store, clips, space)
    report = evaluate_recordings(truth, store, clips)
    assert report.n_frames == 120
    assert {name: result.mean_mm for name, result in report.results.items()} == pytest.approx(
        dict.fromkeys(report.results, 0), abs=2e-3
    )
    truth.save(tmp_path / "p.npz")
    again = evaluate_recordings(load_predictions(tmp_path / "p.npz"), store, clips)
    assert again.results.keys() == report.results.keys()


@pytest.mark.parametrize("space", ["image", "root_mm"])
def test_predictions_of_frames_that_are_not_valid_do_not_matter(store, spoilt, clips, space):
    holed, truth = spoilt(store, clips[0].start + np.array([3])), true_predictions(store, clips, space)
    truth.joints[3] = np.nan
    report = evaluate_recordings(truth, holed, clips)
    assert report.results["root_relative"].mean_mm == pytest.approx(0, abs=2e-3)
    truth.joints[4] = np.nan
    with pytest.raises(ShapeError, match="1 of 119 frames hold NaN"):
        evaluate_recordings(truth, holed, clips)


def test_movements_are_measured_where_there_are_any(store, spoilt, clips):
    truth = true_predictions(store, clips[:1], "root_mm")
    single = spoilt(store, clips[0].start + np.arange(1, 30, 2))
    report = evaluate_recordings(truth, single, clips[:1])
    assert report.n_frames == 15
    assert "velocity" not in report.results


def test_long_clips_are_lifted_in_parts(made_up_lifter, store, clips, monkeypatch):
    lifter = made_up_lifter("image_frame", NINE)
    whole = predict_recordings(lifter, store, clips[:1]).joints
    sizes = []
    network_output = lifter.network_output
    monkeypatch.setattr(lifter, "network_output", lambda inputs: sizes.append(len(inputs)) or network_output(inputs))
    monkeypatch.setattr("poselift.evaluation.clip_lifting._FRAMES", 63)
    np.testing.assert_allclose(predict_recordings(lifter, store, clips[:1]).joints, whole, rtol=1e-5, atol=1e-2)
    assert sizes == [7, 7, 7, 7, 2]


@pytest.mark.parametrize("name", ["image_frame", "person_centred"])
def test_a_clip_of_too_few_frames_a_second_is_refused(made_up_lifter, store, clips, name):
    lifter = made_up_lifter(name, Window(frames=3, fps=250.0))
    with pytest.raises(ShapeError, match="sees 250 frames a second, the clip has 50"):
        predict_recordings(lifter, store, clips)


def test_what_is_no_recording_is_refused(made_up_lifter, store, clips, stores):
    lifter = made_up_lifter("image_frame", SINGLE_FRAME)
    with pytest.raises(DataFormatError, match="no 2D joints 'cpn'"):
        predict_recordings(lifter, store, clips, "cpn")
    mocap = stores["motion_capture"]
    with pytest.raises(DataFormatError, match="no joints_cam_mm"):
        predict_recordings(lifter, mocap, mocap.clips[:1])


@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_recordings_of_another_skeleton_are_measured_in_the_models(made_up_lifter, store, name, window, tmp_path):
    other = replace(store, skeleton=COCO_17)
    same, clips = converted_recordings(other, H36M_17), other.clips_of(("test",))
    lifter = made_up_lifter(name, window, flip=False)
    predictions = predict_recordings(lifter, other, clips, "sh_ft")
    np.testing.assert_array_equal(predictions.joints, predict_recordings(lifter, same, clips, "sh_ft").joints)
    predictions.save(tmp_path / "p.npz")
    reports = [evaluate_recordings(load_predictions(tmp_path / "p.npz"), made, clips) for made in (other, same)]
    assert report_to_json(reports[0]) == report_to_json(reports[1])
    assert reports[0].skeleton == H36M_17.name
