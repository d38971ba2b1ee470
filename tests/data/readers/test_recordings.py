"""Recordings of any data set become one store: each person a clip, frames that nobody knows marked, tags kept."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Keypoints
from poselift.data.readers.recordings import FAULTY, Recording, recordings_store
from poselift.data.store import load_store
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera
from poselift.skeleton import COCO_17, H36M_17

CAMERA = Camera(np.array([1000.0, 1000.0]), np.array([500.0, 500.0]), size_px=(1000, 1000), name="front")


def recording(name="walk/0", frames=4, **fields):
    joints = np.random.default_rng(len(name)).normal([0, 0, 4000], 300, (frames, 17, 3))
    given = {"subject": "someone", "action": "walk", "take": "in the park, at noon", "camera": CAMERA, "fps": 30.0}
    return Recording(name=name, joints_cam_mm=joints, **{**given, **fields})


def stored(*recordings, skeleton=H36M_17):
    return recordings_store(recordings, skeleton, about={"source": "made up"})


def test_what_a_recording_says_comes_back_from_the_file(tmp_path):
    first, second = recording(split="test", tags=(FAULTY, "slow")), recording("walk/1", 3)
    stored(first, second, skeleton=COCO_17).save(tmp_path / "s.safetensors")
    store = load_store(tmp_path / "s.safetensors")
    assert (store.kind, store.skeleton, store.about) == ("recordings", COCO_17, {"source": "made up"})
    assert [(c.name, c.take, c.split, c.tags, c.fps) for c in store.clips] == [
        ("walk/0", "in the park, at noon", "test", (FAULTY, "slow"), 30.0),
        ("walk/1", "in the park, at noon", "train", (), 30.0),
    ]
    for clip, one in zip(store.clips, (first, second), strict=True):
        np.testing.assert_array_equal(store.joints_cam_mm[clip.frames], one.joints_cam_mm.astype(np.float32))
        assert store.camera_of(clip).as_dict() == CAMERA.as_dict()
    assert "valid" not in store.arrays  # which says no more than that it is not there


def test_frames_that_nobody_knows_are_marked_and_hold_numbers():
    joints_px = np.full((4, 17, 2), np.nan)
    joints_px[[1, 3]] = 7
    seen = Keypoints(joints_px, np.ones((4, 17)))
    one = recording(valid=np.array([False, True, False, True]), detections={"cpn": seen})
    one.joints_cam_mm[[0, 2]] = np.nan
    store = stored(one, recording("walk/1", detections={"cpn": Keypoints(np.ones((4, 17, 2)), np.ones((4, 17)))}))
    assert [store.valid_frames(clip).tolist() for clip in store.clips] == [[False, True, False, True], [True] * 4]
    assert all(np.isfinite(array).all() for array in store.arrays.values())
    np.testing.assert_array_equal(store.joints_cam_mm[1], one.joints_cam_mm[1].astype(np.float32))
    np.testing.assert_array_equal(store.joints_cam_mm[3], one.joints_cam_mm[3].astype(np.float32))


def test_cameras_of_one_name_that_differ_are_two():
    other = Camera(CAMERA.focal_px * 2, CAMERA.center_px, size_px=CAMERA.size_px, name="front")
    store = stored(recording(), recording("walk/1", camera=other), recording("walk/2"))
    assert [store.camera_of(clip).focal_px[0] for clip in store.clips] == [1000, 2000, 1000]
    assert len(store.cameras) == 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"valid": np.zeros(4, dtype=bool)}, "walk/0: expected 4 frames of which some are valid"),
        ({"valid": np.ones(5, dtype=bool)}, "walk/0: expected 4 frames of which some are valid"),
        ({"frame_numbers": np.arange(3)}, "walk/0: expected 4 frames of frame numbers, found 3"),
    ],
)
def test_a_recording_that_does_not_fit_itself_is_told(unchecked_shapes, fields, message):
    with pytest.raises(DataFormatError, match=message):
        stored(recording(**fields))


def test_a_number_that_is_none_is_told_where_the_frame_is_said_to_be_valid():
    one = recording(valid=np.array([True, True, False, True]))
    one.joints_cam_mm[3, 2] = np.inf
    with pytest.raises(DataFormatError, match="3D joints: 1 of 4 frames hold NaN or infinity, the first is frame 3"):
        stored(one)


def test_no_recording_and_one_that_comes_twice_are_told():
    with pytest.raises(DataFormatError, match="found no recording"):
        stored()
    with pytest.raises(DataFormatError, match="walk/0 comes twice"):
        stored(recording(), recording())
