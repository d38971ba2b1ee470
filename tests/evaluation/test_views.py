"""Motion capture seen by virtual cameras and predicted, by any normalisation and any window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import DatasetStore
from poselift.data.windows import SINGLE_FRAME, Window
from poselift.errors import DataFormatError, ShapeError
from poselift.evaluation.views import VirtualCameras, predict_views, seen_clips
from poselift.evaluation.views_report import evaluate_views
from poselift.metrics import DEFAULT_PROTOCOLS
from poselift.normalisation import NORMALISATIONS
from poselift.normalisation.person_centred import person_centred
from poselift.skeleton import H36M_17

from .conftest import CASES

TWO = VirtualCameras(views=2)
FIVE = Window(frames=5)


@pytest.fixture
def store(stores):
    return stores["motion_capture"]


@pytest.fixture
def clips(store):
    return store.clips_of(("train",))


def frames_of_window(frame, length, window, rate):
    """Where a window's frames lie in a clip, slowly: (frame before, frame after, share of the latter, there)."""
    stride = 1 if window.fps is None else rate / window.fps
    for offset in window.offsets:
        place = frame + offset * stride
        there = window.ends != "mask" or 0 <= place <= length - 1
        place = min(max(place, 0), length - 1)
        before = int(np.floor(place + 1e-6))
        yield before, min(before + 1, length - 1), max(place - before, 0), there


def normalised_slowly(name, views, frame, take, window, rate):
    """What a network of 3 channels sees to predict a frame, and the turn of the camera, pose by pose."""
    plane, confidence = views.joints_plane[take], views.confidence[take]
    plane = np.where(confidence[..., None] > 0, plane, 0)
    joints, sure, here = [], [], []
    for before, after, share, there in frames_of_window(frame, len(plane), window, rate):
        joints.append((1 - share) * plane[before] + share * plane[after])
        sure.append(np.minimum(confidence[before], confidence[after if share > 1e-6 else before]) * there)
        here.append(there)
    joints, sure = np.stack(joints), np.stack(sure)
    lens = views.lens.rows(slice(take.start + frame, take.start + frame + 1))
    if name == "image_frame":
        width, height = lens.size_px[0]
        px = (joints * lens.focal_px + lens.center_px) / width * 2 - [1, height / width]
        inputs = np.concatenate([px, sure[..., None]], axis=-1)
        inputs[~np.array(here)] = 0
        return inputs, None
    found = person_centred(joints.reshape(-1, 2), sure.reshape(-1))
    inputs = np.concatenate([found.joints_norm.reshape(joints.shape), sure[..., None]], axis=-1)
    return inputs, found.rotation


def lifted_slowly(network, name, views, frame, take, window, rate):
    inputs, rotation = normalised_slowly(name, views, frame, take, window, rate)
    inputs = inputs if window.frames > 1 else inputs[0]
    output = network(name, window).run(inputs[None].astype(np.float32))[0].astype(np.float64)
    output = output[window.place] if window.output_frames else output
    if name == "person_centred":
        joints = output @ rotation * 1000
    else:
        row = slice(take.start + frame, take.start + frame + 1)
        lens, root = views.true_lens.rows(row), H36M_17.root_position(views.joints_cam_mm[row])[0, 0]
        width, height = lens.size_px[0]
        px = (output[:, :2] + [1, height / width]) * width / 2
        box_width = lens.focal_px[0, 0] * 2000 / root[2] + 1
        depth = output[:, 2] * width / 2 / (box_width / 2000) + root[2]
        joints = np.concatenate([(px - lens.center_px) / lens.focal_px * depth[:, None], depth[:, None]], axis=-1)
    return joints - H36M_17.root_position(joints[None])[0]


# The other normalisations have laws of their own, and `test_recordings` holds evaluation against training for all.
BY_HAND = [case for case in CASES if case[0] in ("image_frame", "person_centred")]


@pytest.mark.parametrize(("name", "window"), BY_HAND, ids=str)
def test_views_are_lifted_as_slowly_done_by_hand(made_up_network, made_up_lifter, store, clips, name, window):
    lifted = predict_views(made_up_lifter(name, window, flip=False), store, clips, TWO)
    views = lifted.seen.views
    assert lifted.joints_root_mm.shape == (180, 17, 3)
    takes = [take.rows for take in lifted.seen.takes]
    assert [take.stop - take.start for take in takes] == ([180] if window.frames == 1 else [80, 80, 10, 10])
    for take in takes:
        for frame in range(0, take.stop - take.start, 3):
            by_hand = lifted_slowly(made_up_network, name, views, frame, take, window, 30.0)
            np.testing.assert_allclose(lifted.joints_root_mm[take][frame], by_hand, rtol=1e-3, atol=0.5)
    report = evaluate_views(lifted)
    assert report.group_frames == {"action": {"walk": 160, "jump": 20}}
    assert ("velocity" in report.results) == (window.frames > 1)
    assert set(report.results) >= set(DEFAULT_PROTOCOLS)
    assert (report.about["views"], report.about["seed"]) == (2, 0)


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_what_is_believed_of_a_camera_matters_to_rays_and_not_to_pixels(made_up_lifter, store, clips, name):
    config = ViewConfig().with_true_2d()
    made = []
    for guess in (0.0, 0.3):
        cameras = VirtualCameras(views=1, config=config.replaced(focal_guess=guess))
        made.append(predict_views(made_up_lifter(name, SINGLE_FRAME), store, clips, cameras))
    same = np.allclose(made[0].joints_root_mm, made[1].joints_root_mm, rtol=1e-4, atol=0.5)
    assert same == (name == "image_frame")


def test_a_frame_network_meets_a_camera_for_each_pose_and_a_window_network_one_for_each_clip(store, clips):
    frames, windows = (seen_clips(store, clips, H36M_17, TWO, window=window) for window in (SINGLE_FRAME, FIVE))
    assert len(np.unique(frames.views.true_lens.focal_px[:, 0])) == 180
    for rows, time_s in windows.takes:
        assert len(np.unique(windows.views.true_lens.focal_px[rows, 0])) == 1
        np.testing.assert_allclose(np.diff(time_s), 1 / 30)
        moved = np.diff(windows.views.joints_cam_mm[rows], axis=0)
        clip = clips[0 if len(time_s) == 80 else 1]
        truth = np.diff(store.joints_world_mm[clip.frames], axis=0)
        np.testing.assert_allclose(np.linalg.norm(moved, axis=-1), np.linalg.norm(truth, axis=-1), atol=1e-2)
    assert len({windows.views.true_lens.focal_px[rows.start, 0] for rows, _ in windows.takes}) == 4


def test_single_frames_meet_the_cameras_of_windows_if_asked(made_up_lifter, store, spoilt, clips):
    holed, over_time = spoilt(store, [50, 51]), replace(TWO, over_time=True)
    frames, windows = (
        seen_clips(holed, clips, H36M_17, cameras, window=window)
        for cameras, window in ((over_time, SINGLE_FRAME), (TWO, FIVE))
    )
    np.testing.assert_array_equal(frames.views.joints_plane, windows.views.joints_plane)
    np.testing.assert_array_equal(frames.measured, windows.measured)
    report = evaluate_views(predict_views(made_up_lifter("person_centred", SINGLE_FRAME), holed, clips, over_time))
    assert report.results["velocity"].n_frames == 2 * (49 + 27 + 9)
    assert report.results["acceleration"].n_frames == 2 * (48 + 26 + 8)
    assert report.figures["acceleration error, mm/s²"] > 0
    assert report.about["over_time"]


@pytest.mark.parametrize("rubbish", [0.0, 1e6, np.nan])
@pytest.mark.parametrize(("name", "window"), CASES, ids=str)
def test_frames_that_are_no_good_do_not_shift_time_and_are_not_measured(
    made_up_lifter, store, spoilt, clips, name, window, rubbish
):
    gone = np.array([0, 50, 51, 86])
    holed = spoilt(store, gone, rubbish)
    lifted = predict_views(made_up_lifter(name, window), holed, clips, TWO)
    seen, report = lifted.seen, evaluate_views(lifted)
    assert seen.left_out == 4
    assert report.n_frames == len(seen.measured_views()) == 2 * 86
    assert report.group_frames == {"action": {"walk": 2 * 77, "jump": 2 * 9}}
    if window.frames == 1:
        assert seen.measured.all()
        return
    hidden = np.array([0, 50, 51, 80, 130, 131, 166, 176])
    assert np.flatnonzero(~seen.measured).tolist() == hidden.tolist()
    assert np.isnan(lifted.joints_root_mm).all(axis=(1, 2)).nonzero()[0].tolist() == hidden.tolist()
    # A stretch has one movement less than frames.
    assert report.results["velocity"].n_frames == 2 * (48 + 27 + 5 + 2)
    plain = predict_views(made_up_lifter(name, window), store, clips, TWO)
    far = [frame for frame in range(160) if np.abs(frame - hidden).min() > 6]
    for ours, theirs in ((seen.views, plain.seen.views), (lifted, plain)):
        column = "joints_cam_mm" if ours is seen.views else "joints_root_mm"
        np.testing.assert_allclose(getattr(ours, column)[far], getattr(theirs, column)[far], rtol=1e-4, atol=1e-2)


def test_what_is_not_good_is_not_seen(store, spoilt, clips):
    made = [seen_clips(spoilt(store, [5, 6], rubbish), clips, H36M_17, TWO, window=FIVE) for rubbish in (0.0, np.nan)]
    for seen in made:
        assert (seen.views.confidence[[5, 6, 85, 86]] == 0).all()
        assert (seen.views.seen(H36M_17).joints_plane[[5, 6]] == 0).all()
        np.testing.assert_array_equal(seen.views.joints_plane, made[0].views.joints_plane)


def test_poses_that_are_not_valid_are_left_out_like_those_that_are_not_finite(store):
    joints = np.array(store.joints_world_mm)
    joints[[2, 85], 3, 1] = np.nan
    valid = np.ones(len(joints), dtype=bool)
    valid[[2, 7]] = False
    spoilt = replace(store, arrays={"joints_world_mm": joints, "valid": valid})
    seen = seen_clips(spoilt, store.clips_of(("train",)), H36M_17, TWO)
    assert seen.left_out == 3
    assert len(seen.actions) == len(seen.views) == 2 * 87
    nothing = DatasetStore(store.skeleton, store.clips, {**spoilt.arrays, "valid": np.zeros(len(joints), dtype=bool)})
    with pytest.raises(DataFormatError, match="split train has no finite pose"):
        seen_clips(nothing, store.clips_of(("train",)), H36M_17, TWO, window=FIVE)


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_a_clip_of_too_few_frames_a_second_is_refused(made_up_lifter, store, clips, name):
    with pytest.raises(ShapeError, match="sees 200 frames a second, the clip has 30"):
        predict_views(made_up_lifter(name, Window(frames=3, fps=200.0)), store, clips)
