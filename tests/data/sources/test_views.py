"""Batches are functions of the seed and their number, and hold what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.sources.augment import PoseAugmentConfig
from poselift.data.sources.batch import NetworkInput
from poselift.data.sources.views import Poses, Runs, ViewBatches, load_poses
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import ClipInfo, DatasetStore, load_store
from poselift.data.windows import Window
from poselift.errors import DataFormatError, SkeletonError
from poselift.normalisation import normaliser
from poselift.skeleton import BODY_21, H36M_17


def network(channels=3, window=None, name="person_centred"):
    return NetworkInput(normaliser(name), channels, window or Window())


@pytest.fixture
def store(mocap_store):
    return load_store(mocap_store)


@pytest.fixture
def batches(store):
    poses = load_poses(store, ("train",), H36M_17)
    return ViewBatches(poses, PoseAugmentConfig(), ViewConfig(), batch_size=32, seed=1, network=network())


def numbered(lengths: dict[str, int]) -> DatasetStore:
    """Clips of the given lengths; every coordinate of a frame is the number of its clip."""
    starts = np.cumsum([0, *lengths.values()])
    clips = tuple(
        ClipInfo(f"{action}_{i}", "s", action, int(starts[i]), length, 30.0)
        for i, (action, length) in enumerate(lengths.items())
    )
    values = np.repeat(np.arange(len(lengths), dtype=np.float32), list(lengths.values()))
    joints = np.broadcast_to(values[:, None, None], (len(values), 17, 3)).copy()
    return DatasetStore(H36M_17, clips, {"joints_world_mm": joints})


def test_a_batch_depends_on_its_number_and_seed_alone(batches):
    again, other = batches.batch(7), replace(batches, seed=2).batch(7)
    np.testing.assert_array_equal(batches.batch(7).inputs, again.inputs)
    np.testing.assert_array_equal(batches.batch(7).target, again.target)
    assert not np.array_equal(batches.batch(8).inputs, again.inputs)
    assert not np.array_equal(other.inputs, again.inputs)


def test_a_batch_is_what_the_network_takes(batches):
    inputs, target = batches.batch(0)
    assert inputs.shape == (32, 17, 3)
    assert target.shape == (32, 17, 3)
    assert inputs.dtype == target.dtype == np.float32
    assert np.isfinite(inputs).all()
    assert np.isfinite(target).all()
    np.testing.assert_allclose(target[:, H36M_17.root_indices].mean(axis=1), 0, atol=1e-6)
    assert replace(batches, network=network(2)).batch(0).inputs.shape == (32, 17, 2)


def test_the_third_channel_is_the_confidence(batches):
    inputs = replace(batches, views=ViewConfig(missing=0.5)).batch(0).inputs
    missing = inputs[..., 2] == 0
    assert 0.2 < missing.mean() < 0.8
    assert (inputs[missing] == 0).all()
    assert inputs[..., 2].max() <= 1


def test_views_without_error_agree_with_the_target(store):
    """Seen from far away, the image is the target's x and y up to scale and offset."""
    views = ViewConfig().with_true_2d().replaced(distance_mm=(1e6, 1e6), height_mm=(0.0, 0.0))
    still = PoseAugmentConfig(**dict.fromkeys(PoseAugmentConfig.model_fields, 0))
    poses = load_poses(store, ("train",), H36M_17)
    inputs, target = ViewBatches(poses, still, views, batch_size=50, seed=0, network=network(2)).batch(0)
    flat = target[..., :2] - target[..., :2].mean(axis=1, keepdims=True)
    flat /= np.sqrt((flat**2).sum(axis=(1, 2), keepdims=True) / 17)
    np.testing.assert_allclose(inputs, flat, atol=5e-3)


@pytest.mark.parametrize(
    ("balance", "shares"), [("frames", (0.9, 0.08, 0.02)), ("clips", (1 / 3,) * 3), ("actions", (1 / 3,) * 3)]
)
def test_balance_sets_what_is_equally_likely(balance, shares):
    poses = load_poses(numbered({"walk": 900, "run": 80, "jump": 20}), ("train",), H36M_17, balance=balance)
    drawn = poses.joints_world_mm[poses.drawn(20_000, np.random.default_rng(0)), 0, 0]
    np.testing.assert_allclose([(drawn == i).mean() for i in range(3)], shares, atol=0.015)


def test_clips_of_one_action_share_its_part():
    store = numbered({"walk": 50, "run": 50, "jump": 50})
    clips = tuple(replace(c, action="walk" if c.action == "run" else c.action) for c in store.clips)
    poses = load_poses(replace(store, clips=clips), ("train",), H36M_17, balance="actions")
    drawn = poses.joints_world_mm[poses.drawn(20_000, np.random.default_rng(0)), 0, 0]
    np.testing.assert_allclose([(drawn == i).mean() for i in range(3)], (0.25, 0.25, 0.5), atol=0.015)


def test_every_pose_can_be_drawn():
    store = numbered({"walk": 5, "run": 3})
    store.arrays["joints_world_mm"][:] = np.arange(8)[:, None, None]
    drawn = load_poses(store, ("train",), H36M_17, balance="clips").drawn(500, np.random.default_rng(0))
    assert set(drawn) == set(range(8))


def test_the_stride_starts_anew_with_each_clip():
    store = numbered({"walk": 5, "run": 3})
    store.arrays["joints_world_mm"][:] = np.arange(8)[:, None, None]
    poses = load_poses(store, ("train",), H36M_17, stride=2)
    assert poses.joints_world_mm[:, 0, 0].tolist() == [0, 2, 4, 5, 7]


def test_poses_that_are_not_finite_are_left_out(store, caplog):
    joints = np.array(store.joints_world_mm)
    joints[3, 5, 1] = np.nan
    spoilt = replace(store, arrays={"joints_world_mm": joints})
    poses = load_poses(spoilt, ("train",), H36M_17)
    assert len(poses) == 89
    assert np.isfinite(poses.joints_world_mm).all()
    assert "left out 1 poses of split train" in caplog.text
    joints[:] = np.nan
    with pytest.raises(DataFormatError, match="split train has no finite pose"):
        load_poses(spoilt, ("train",), H36M_17)


def test_motion_without_feet_trains_no_network_with_feet(store):
    with pytest.raises(SkeletonError, match="3D poses of h36m17 do not convert to body21"):
        load_poses(store, ("train",), BODY_21)


def test_an_unknown_split_is_named(store):
    with pytest.raises(DataFormatError, match="'tarin'") as caught:
        load_poses(store, ("tarin",), H36M_17)
    assert "train, val" in caught.value.hint


def figures(batch) -> list[float]:
    """Sums that change where any number of a batch does, and how many joints are missing."""
    inputs, target = batch.inputs.astype(np.float64), batch.target.astype(np.float64)
    places = np.cos(np.arange(inputs.size)).reshape(inputs.shape)
    return [(inputs * places).sum(), (target * places).sum(), (inputs[..., 2] == 0).sum()]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, [-12.3995106, 30.79882185, 489]),
        (1, [62.62175074, 59.52766659, 491]),
        (1000, [30.70241942, 12.36083502, 452]),
    ],
)
def test_batches_are_those_of_the_first_release(number, expected):
    """The default model was trained on such batches; `figures` printed these before skeletons were data."""
    rng = np.random.default_rng(3)
    joints = (rng.normal(0, 400, (300, 17, 3)) + np.array([0, 0, 900])).astype(np.float32)
    run = Runs(np.array([0]), np.array([300]), np.array([50.0]))
    poses = Poses(joints, H36M_17, np.arange(300), np.array([0]), np.array([300]), run)
    batches = ViewBatches(poses, PoseAugmentConfig(), ViewConfig(), 256, 5, network())
    np.testing.assert_allclose(figures(batches.batch(number)), expected, rtol=1e-5)


# --- windows ---

WINDOWS = [
    Window(frames=5),
    Window(frames=4, step=3, predicts="last"),
    Window(frames=3, predicts="all", fps=12.0),
    Window(frames=7, ends="mask"),
]


@pytest.mark.parametrize("window", WINDOWS, ids=repr)
def test_windows_never_leave_their_clip(window):
    store = numbered({"walk": 6, "run": 3, "jump": 1})
    poses = load_poses(store, ("train",), H36M_17, window=window)
    found = poses.windows(poses.anchors, window)
    clips = np.repeat([0, 1, 2], [6, 3, 1])
    assert found.joints_world_mm.shape == (10, window.frames, 17, 3)
    assert (found.joints_world_mm == clips[:, None, None, None]).all()
    assert found.there.all() == (window.ends == "clamp")


def test_a_window_holds_the_frames_about_its_anchor_and_clamps_at_the_ends():
    store = numbered({"walk": 5, "run": 3})
    store.arrays["joints_world_mm"][:] = np.arange(8)[:, None, None]
    window = Window(frames=3, step=2)
    poses = load_poses(store, ("train",), H36M_17, window=window)
    found = poses.windows(np.array([0, 2, 4, 5, 7]), window).joints_world_mm[..., 0, 0]
    assert found.tolist() == [[0, 0, 2], [0, 2, 4], [2, 4, 4], [5, 5, 7], [5, 7, 7]]


def test_motion_is_resampled_to_the_rate_of_the_window():
    store = numbered({"walk": 9})
    store.arrays["joints_world_mm"][:] = np.arange(9)[:, None, None] ** 2
    window = Window(frames=3, fps=20.0)  # of 30 frames a second: a frame and a half apart
    poses = load_poses(store, ("train",), H36M_17, window=window)
    found = poses.windows(np.array([4]), window)
    assert found.joints_world_mm[0, :, 0, 0].tolist() == [(4 + 9) / 2, 16, (25 + 36) / 2]
    assert found.rate.tolist() == [20.0]


def test_frames_that_are_left_out_part_a_clip(store):
    joints = np.array(store.joints_world_mm)
    joints[3, 5, 1] = np.nan
    spoilt = replace(store, arrays={"joints_world_mm": joints})
    poses = load_poses(spoilt, ("train",), H36M_17, window=Window(frames=3))
    found = poses.windows(poses.anchors[[2, 3]], Window(frames=3)).joints_world_mm
    np.testing.assert_array_equal(found[0], joints[[1, 2, 2]])
    np.testing.assert_array_equal(found[1], joints[[4, 4, 5]])


def test_the_stride_thins_the_anchors_and_not_what_lies_about_them():
    store = numbered({"walk": 5, "run": 3})
    poses = load_poses(store, ("train",), H36M_17, stride=2, window=Window(frames=3))
    assert poses.anchors.tolist() == [0, 2, 4, 5, 7]
    assert len(poses.joints_world_mm) == 8


@pytest.mark.parametrize("name", ["person_centred", "image_frame"])
@pytest.mark.parametrize("window", WINDOWS, ids=repr)
def test_batches_of_windows_are_what_the_network_takes(store, window, name):
    poses = load_poses(store, ("train",), H36M_17, window=window)
    batches = ViewBatches(poses, PoseAugmentConfig(), ViewConfig(), 16, 3, network(3, window, name))
    inputs, target = batches.batch(2)
    assert inputs.shape == (16, window.frames, 17, 3)
    assert target.shape == (16, *window.output_frames, 17, 3)
    assert np.isfinite(inputs).all()
    assert np.isfinite(target).all()
    np.testing.assert_array_equal(batches.batch(2).inputs, inputs)
    if window.ends == "mask":
        assert (inputs == 0).all(axis=(2, 3)).any()


def test_a_window_has_one_camera_one_change_and_one_turn(store):
    """Of somebody who stands still all frames of a window are alike, in what is seen and in what is asked."""
    joints = np.repeat(np.array(store.joints_world_mm[:80:10]), 10, axis=0)
    clips = (ClipInfo("still", "s", "stand", 0, 80, 30.0),)
    still = DatasetStore(H36M_17, clips, {"joints_world_mm": joints})
    window = Window(frames=3, predicts="all")
    poses = load_poses(still, ("train",), H36M_17, window=window)
    anchors = np.arange(5, 80, 10)
    poses = replace(poses, anchors=anchors, sizes=np.array([len(anchors)]))
    batches = ViewBatches(poses, PoseAugmentConfig(), ViewConfig().with_true_2d(), 32, 1, network(2, window))
    for array in batches.batch(0):
        np.testing.assert_allclose(array, np.repeat(array[:, :1], 3, axis=1), atol=1e-6)
    assert np.ptp(batches.batch(0).inputs, axis=0).min() > 0.01


def test_movement_through_the_image_is_not_erased():
    """Somebody who slides sideways without moving a limb is seen to slide."""
    store = numbered({"walk": 9})
    pose = np.random.default_rng(0).normal(0, 300, (17, 3)).astype(np.float32)
    store.arrays["joints_world_mm"][:] = pose + np.arange(9)[:, None, None] * np.array([100.0, 0, 0])
    window = Window(frames=9)
    poses = load_poses(store, ("train",), H36M_17, window=window)
    poses = replace(poses, anchors=np.array([4]), sizes=np.array([1]))
    still = PoseAugmentConfig(**dict.fromkeys(PoseAugmentConfig.model_fields, 0))
    views = ViewConfig().with_true_2d()
    inputs, _ = ViewBatches(poses, still, views, 8, 0, network(2, window)).batch(0)
    path = inputs.mean(axis=2)
    assert (np.linalg.norm(path[:, -1] - path[:, 0], axis=-1) > 0.3).mean() > 0.7


def test_overlapping_windows_are_no_copies():
    store = numbered({"walk": 500})
    one, many = (load_poses(store, ("train",), H36M_17, window=Window(frames=n)) for n in (1, 243))
    size = [sum(a.nbytes for a in (p.joints_world_mm, p.anchors, *p.runs)) for p in (one, many)]
    assert size[0] == size[1]
