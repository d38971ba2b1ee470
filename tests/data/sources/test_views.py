"""Batches are functions of the seed and their number, and hold what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.sources.augment import PoseAugmentConfig
from poselift.data.sources.views import Poses, TrainingBatches, load_poses, seen
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import ClipInfo, DatasetStore, load_store
from poselift.errors import DataFormatError
from poselift.skeleton import H36M_17


@pytest.fixture
def store(mocap_store):
    return load_store(mocap_store)


@pytest.fixture
def batches(store):
    poses = load_poses(store, ("train",), H36M_17)
    return TrainingBatches(poses, PoseAugmentConfig(), ViewConfig(), batch_size=32, channels=3, seed=1)


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
    assert replace(batches, channels=2).batch(0).inputs.shape == (32, 17, 2)


def test_the_third_channel_is_the_confidence(batches):
    inputs = replace(batches, views=ViewConfig(missing=0.5)).batch(0).inputs
    missing = inputs[..., 2] == 0
    assert 0.2 < missing.mean() < 0.8
    assert (inputs[missing] == 0).all()
    assert inputs[..., 2].max() <= 1


def test_views_without_error_agree_with_the_target(store):
    """Seen from far away, the image is the target's x and y up to scale and offset."""
    views = ViewConfig().with_true_2d().replaced(distance_mm=(1e6, 1e6), height_mm=(0.0, 0.0))
    joints = load_poses(store, ("train",), H36M_17).joints_world_mm
    inputs, target = seen(joints, H36M_17, views, np.random.default_rng(0), channels=2)
    flat = target[..., :2] - target[..., :2].mean(axis=1, keepdims=True)
    flat /= np.sqrt((flat**2).sum(axis=(1, 2), keepdims=True) / 17)
    np.testing.assert_allclose(inputs, flat, atol=5e-3)


@pytest.mark.parametrize(
    ("balance", "shares"), [("frames", (0.9, 0.08, 0.02)), ("clips", (1 / 3,) * 3), ("actions", (1 / 3,) * 3)]
)
def test_balance_sets_what_is_equally_likely(balance, shares):
    poses = load_poses(numbered({"walk": 900, "run": 80, "jump": 20}), ("train",), H36M_17, balance=balance)
    drawn = poses.drawn(20_000, np.random.default_rng(0))[:, 0, 0]
    np.testing.assert_allclose([(drawn == i).mean() for i in range(3)], shares, atol=0.015)


def test_clips_of_one_action_share_its_part():
    store = numbered({"walk": 50, "run": 50, "jump": 50})
    clips = tuple(replace(c, action="walk" if c.action == "run" else c.action) for c in store.clips)
    poses = load_poses(replace(store, clips=clips), ("train",), H36M_17, balance="actions")
    drawn = poses.drawn(20_000, np.random.default_rng(0))[:, 0, 0]
    np.testing.assert_allclose([(drawn == i).mean() for i in range(3)], (0.25, 0.25, 0.5), atol=0.015)


def test_every_pose_can_be_drawn():
    store = numbered({"walk": 5, "run": 3})
    store.arrays["joints_world_mm"][:] = np.arange(8)[:, None, None]
    drawn = load_poses(store, ("train",), H36M_17, balance="clips").drawn(500, np.random.default_rng(0))
    assert set(drawn[:, 0, 0]) == set(range(8))


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
    poses = Poses(joints, H36M_17, np.array([0]), np.array([300]))
    batches = TrainingBatches(poses, PoseAugmentConfig(), ViewConfig(), 256, 3, 5)
    np.testing.assert_allclose(figures(batches.batch(number)), expected, rtol=1e-5)
