"""Folders of motion become one store: every take once, at the rate asked for, with what is known about it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from poselift.data.readers.corpus import mocap_files, prepare_mocap
from poselift.data.store import load_store
from poselift.errors import DataFormatError, ShapeError
from poselift.skeleton import BODY_21, H36M_17


@pytest.fixture
def folder(tmp_path, person, write_bvh, write_amc):
    write_bvh(person, "all/bvh/walk_in_mud_1_test.BVH")
    write_bvh(person, "all/bvh/deep/er/005_02.bvh", character=True, frame_time="0.016667")
    write_amc(person, "all/asf/02/02_01.amc")
    (tmp_path / "all" / "README.txt").write_text("not a motion")
    return tmp_path / "all"


def test_files_are_found_at_any_depth_in_the_order_of_their_names(folder):
    names = ["all/asf/02/02_01", "all/bvh/deep/er/005_02", "all/bvh/walk_in_mud_1_test"]
    assert list(mocap_files([folder])) == names
    assert list(mocap_files([folder / "bvh", folder / "asf"])) == [
        "bvh/deep/er/005_02",
        "bvh/walk_in_mud_1_test",
        "asf/02/02_01",
    ]


def test_the_clip_table(folder, person):
    store = prepare_mocap([folder])
    assert [(c.subject, c.action, c.start, c.length, c.fps) for c in store.clips] == [
        ("02", "02", 0, 3, 60.0),
        ("005", "005", 3, 6, 60.0),
        ("unknown", "walk_in_mud", 9, 3, 60.0),
    ]
    assert store.skeleton == H36M_17
    assert store.joints_world_mm.dtype == np.float32
    for clip in (store.clips[0], store.clips[2]):
        np.testing.assert_allclose(store.joints_world_mm[clip.frames], person.h36m()[::2], atol=1e-3)


@pytest.mark.parametrize(
    ("fps", "kept"), [(120.0, 6), (119.0, 3), (60.0, 3), (50.0, 2), (40.0, 2), (24.0, 2), (1.0, 1)]
)
def test_never_more_frames_a_second_than_asked_for(tmp_path, person, write_bvh, fps, kept):
    write_bvh(person)
    (clip,) = prepare_mocap([tmp_path], fps=fps).clips
    assert (clip.length, clip.fps) == (kept, 120.0 / -(-120 // fps))
    assert clip.fps <= fps


def test_where_the_data_comes_from_goes_into_the_file(folder, tmp_path):
    prepare_mocap([folder]).save(tmp_path / "store.safetensors")
    store = load_store(tmp_path / "store.safetensors")
    assert store.about["dialects"] == {"asf_amc": 1, "character_bvh": 1, "cmu_bvh": 1}
    assert "EIA-0196217" in store.about["citation"]
    assert "may not be resold" in store.about["terms"]
    assert str(tmp_path) not in json.dumps(store.about)


def test_the_terms_are_those_of_the_clips(tmp_path, person, write_blender, write_bvh):
    """Nothing of the CMU database is in a folder of poses by animators."""
    (tmp_path / "animated").mkdir()
    write_blender(person, "unreal_bvh", "animated/bow.bvh")
    write_bvh(person, "captured/walk_1.bvh")
    animated, both = (
        prepare_mocap([tmp_path / name for name in names], skeleton=BODY_21)
        for names in (["animated"], ["animated", "captured"])
    )
    assert animated.skeleton == BODY_21
    assert "CC0" in animated.about["terms"]
    assert "CMU" not in str(animated.about)
    assert "CC0" in both.about["terms"]
    assert "may not be resold" in both.about["terms"]
    assert "CMU" in both.about["citation"]


def test_preparing_twice_gives_the_same_file(folder, tmp_path):
    for name in "ab":
        prepare_mocap([folder]).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_progress_is_told_file_by_file(folder):
    told: list[tuple[int, int]] = []
    prepare_mocap([folder], on_read=lambda *of: told.append(of))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_names_are_unique(tmp_path, person, write_bvh):
    write_bvh(person, "a/x/walk.bvh")
    write_bvh(person, "b/x/walk.bvh")
    with pytest.raises(DataFormatError, match="found x/walk twice") as caught:
        prepare_mocap([tmp_path / "a" / "x", tmp_path / "b" / "x"])
    assert "rename" in caught.value.hint
    assert len(prepare_mocap([tmp_path / "a", tmp_path / "b"]).clips) == 2


def test_folders_without_motion_are_an_error(tmp_path):
    with pytest.raises(DataFormatError, match="nowhere: expected a folder"):
        prepare_mocap([tmp_path, tmp_path / "nowhere"])
    with pytest.raises(DataFormatError, match=r"expected \.bvh or \.amc files, found none"):
        prepare_mocap([tmp_path])


@pytest.mark.parametrize("fps", [0.0, 1e-9, -60.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_an_error(folder, fps):
    with pytest.raises(ShapeError, match="fps: expected a number from 1"):
        prepare_mocap([folder], fps=fps)
