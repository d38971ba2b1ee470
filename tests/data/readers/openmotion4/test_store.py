"""The store as a whole: what it holds, that it is the same every time, and that its splits keep people apart."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.readers.openmotion4 import openmotion4_store
from poselift.data.readers.openmotion4.cuts import Cut
from poselift.data.sources.recordings import detection_sources, recorded_keypoints
from poselift.data.store import load_store


@pytest.fixture
def store(archives):
    return openmotion4_store(*archives)


def test_the_same_archives_make_the_same_file(store, archives, tmp_path):
    store.save(tmp_path / "first.safetensors")
    openmotion4_store(*archives).save(tmp_path / "second.safetensors")
    assert (tmp_path / "first.safetensors").read_bytes() == (tmp_path / "second.safetensors").read_bytes()


def test_every_take_is_seen_by_four_cameras_and_doubles_are_left_out(store):
    takes = {clip.take for clip in store.clips}
    assert takes == {"cmu_asfamc/02_05", "cmu_bvh/soccer_2_train", "cmu_cc_bvh/005_09"}
    assert len(store.clips) == 12
    assert {store.camera_of(clip).name for clip in store.clips} == set("1234")
    assert store.about["doubles"]["cmu_bvh/walking_1_train"] == "cmu_asfamc/02_01"


def test_thirty_frames_a_second(store):
    lengths = {clip.take: (clip.length, clip.fps) for clip in store.clips}
    assert lengths["cmu_asfamc/02_05"] == (2, 30.0)  # of six at 120
    assert lengths["cmu_bvh/soccer_2_train"] == (6, 30.0)


def test_no_subject_of_the_test_split_is_trained_on(store):
    people = {split: {clip.subject for clip in clips} for split, clips in store.splits.items()}
    assert people == {"test": {"02"}, "train": {"unnamed", "05"}}


def test_true_pixels_are_the_projection_and_detections_lie_near_them(store):
    assert detection_sources(store) == ("gt", "detector")
    for clip in store.clips:
        camera = store.camera_of(clip)
        truth = recorded_keypoints(store, clip, "gt").joints_px
        np.testing.assert_allclose(
            truth, camera.without_distortion().camera_to_image(store.joints_cam_mm[clip.frames].astype(np.float64))
        )
        found = recorded_keypoints(store, clip, "detector")
        seen = found.confidence > 0
        assert seen.mean() > 0.7
        assert np.median(np.linalg.norm(found.joints_px - truth, axis=-1)[seen]) < 60


def test_frames_that_are_cut_are_not_valid_and_takes_without_any_are_not_there(archives, tmp_path):
    cuts = (Cut("cmu_bvh/soccer_2_train", 1, 2, "a jump"), Cut("cmu_cc_bvh/005_09", 0, -1, "a puppet"))
    openmotion4_store(*archives, cuts).save(tmp_path / "cut.safetensors")
    store = load_store(tmp_path / "cut.safetensors")
    assert {clip.take for clip in store.clips} == {"cmu_asfamc/02_05", "cmu_bvh/soccer_2_train"}
    for clip in store.clips:
        if clip.take == "cmu_bvh/soccer_2_train":
            assert store.valid_frames(clip).tolist() == [True, False, False, True, True, True]
    assert store.about["cut"][0] == {"take": "cmu_bvh/soccer_2_train", "first": 1, "last": 2, "why": "a jump"}


def test_the_file_says_what_it_is_made_of(store, archives):
    _, table = archives
    assert store.about["archives"] == {name: archive.sha256 for name, archive in table.items()}
    assert store.about["source"].startswith("OpenMotion-4")
    assert all(clip.tags == (clip.take.split("/")[0],) for clip in store.clips)
