"""The same take is recognised whatever body, rate or heading it comes with, and never straddles a split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.splits import same_takes, split_by_take
from poselift.data.store import ClipInfo, DatasetStore
from poselift.skeleton import H36M_17, Skeleton


def take(seed: int, seconds: float = 6.0, fps: float = 60.0) -> np.ndarray:
    """A person who waves every joint about its place, differently for each seed."""
    place = np.random.default_rng(99).normal(0, 400, (17, 3))
    rng = np.random.default_rng(seed)
    rate, phase, way = rng.uniform(0.4, 1.5, (17, 1)), rng.uniform(0, 6, (17, 1)), rng.normal(0, 120, (17, 3))
    time = np.arange(0, seconds, 1 / fps)[:, None, None]
    return place + way * np.sin(2 * np.pi * rate * time + phase)


def store_of(*takes: tuple[str, np.ndarray, float]) -> DatasetStore:
    clips, start = [], 0
    for name, joints, fps in takes:
        clips.append(ClipInfo(name, "s", "a", start, len(joints), fps))
        start += len(joints)
    joints = np.concatenate([j for _, j, _ in takes]).astype(np.float32)
    return DatasetStore(H36M_17, tuple(clips), {"joints_world_mm": joints})


def renamed(store: DatasetStore) -> DatasetStore:
    """The same bodies by names that say nothing."""
    table = H36M_17.as_dict()
    names = {joint: f"j{i}" for i, joint in enumerate(table["joints"])}
    lists = {
        key: [names[joint] if isinstance(joint, str) else [names[j] for j in joint] for joint in table[key]]
        for key in ("root", "joints", "bones", "pairs")
    }
    return replace(store, skeleton=Skeleton.from_dict({"name": "own", **lists}))


def groups_of(store: DatasetStore) -> list[list[int]]:
    return same_takes(store.joints_world_mm, store.clips, store.skeleton)


def turned(joints: np.ndarray) -> np.ndarray:
    return joints @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1.0]]) + 5000


def test_different_takes_stay_apart():
    assert groups_of(store_of(*((f"take{i}", take(i), 60.0) for i in range(4)))) == [[0], [1], [2], [3]]


@pytest.mark.parametrize(
    "changed",
    [
        ("larger", 1.2 * take(0), 60.0),
        ("elsewhere", turned(take(0)), 60.0),
        ("slower camera", take(0, fps=30.0), 30.0),
        ("noisy", take(0) + np.random.default_rng(5).normal(0, 3, take(0).shape), 60.0),
        ("cut out", take(0)[90:270], 60.0),
    ],
    ids=lambda changed: changed[0],
)
def test_the_same_take_is_recognised(changed):
    store = store_of(("original", take(0), 60.0), ("other", take(1), 60.0), changed)
    assert groups_of(store) == [[0, 2], [1]]
    assert groups_of(renamed(store)) == [[0, 2], [1]]


def test_a_skeleton_without_an_angle_is_never_the_same():
    dumbbell = Skeleton("dumbbell", ("a", "b"), (("a", "b"),), ("a",), (), ())
    joints = np.random.default_rng(0).normal(0, 400, (300, 2, 3))
    clips = (ClipInfo("one", "s", "a", 0, 150, 30.0), ClipInfo("two", "s", "a", 150, 150, 30.0))
    assert same_takes(joints, clips, dumbbell) == [[0], [1]]


def test_the_same_movement_out_of_step_is_another_take():
    """Two walks of one person look alike second by second, but not at one shift in time."""
    first = np.concatenate([take(0, 2.0), take(1, 2.0), take(2, 2.0)])
    second = np.concatenate([take(2, 2.0), take(0, 2.0), take(1, 2.0)])
    assert groups_of(store_of(("first", first, 60.0), ("second", second, 60.0))) == [[0], [1]]


def test_people_who_stand_still_are_not_the_same_take():
    still = take(0)[:1].repeat(200, axis=0)
    assert groups_of(store_of(("one", still, 60.0), ("two", still.copy(), 60.0))) == [[0], [1]]


def test_the_same_take_goes_where_its_most_held_out_copy_goes():
    store = store_of(
        ("corpus_a/006_07", take(0), 60.0), ("corpus_b/ball_1_train", take(0), 60.0), ("corpus_b/x", take(1), 60.0)
    )
    assert [clip.split for clip in split_by_take(store).clips] == ["test", "test", "train"]


def test_published_names_and_the_list_are_held_out():
    names = ("walking_9_test", "01_12", "walking_9_train", "02_01")
    store = store_of(*((name, take(i), 60.0) for i, name in enumerate(names)))
    assert [clip.split for clip in split_by_take(store).clips] == ["test", "val", "train", "train"]


def test_an_unknown_corpus_holds_out_some_of_its_takes():
    store = store_of(*((f"clip{i:02}", take(i, 2.0), 60.0) for i in range(20)))
    split = split_by_take(store)
    assert {name: len(clips) for name, clips in split.splits.items()} == {"train": 17, "val": 1, "test": 2}
    assert split_by_take(store).clips == split.clips


def test_a_clip_shorter_than_a_second_is_no_trouble():
    store = store_of(("short", take(0)[:20], 60.0), ("one frame", take(1)[:1], 60.0), ("long", take(2), 60.0))
    assert groups_of(store) == [[0], [1], [2]]
