"""Files of keypoints are told by their names, or by what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.data.keypoints import KEYPOINTS, KeypointFormat, reading, recognised
from poselift.data.keypoints.reading import read_keypoints
from poselift.data.scene import Scene
from poselift.data.scene_file import save
from poselift.errors import DataFormatError, RecipeError
from poselift.skeleton import COCO_17

NOBODY = Detections.of(Footage.regular(2, 25.0), COCO_17, [[], []])


def read_nobody(path):
    return NOBODY


@pytest.fixture
def empty_format(monkeypatch):
    monkeypatch.setitem(KEYPOINTS, "empty", KeypointFormat(f"{__name__}:read_nobody", (".void",)))
    monkeypatch.setattr(reading, "look_up", lambda table, name, what: read_nobody)


def test_a_format_is_recognised_by_the_ending(tmp_path, empty_format):
    path = tmp_path / "people.VOID"
    path.touch()
    assert recognised(path) == "empty"
    assert read_keypoints(path) is NOBODY
    assert recognised(tmp_path / "walk.mp4") is None


def test_or_it_is_said(tmp_path, empty_format):
    path = tmp_path / "people.txt"
    path.touch()
    assert read_keypoints(path, "empty") is NOBODY


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(DataFormatError, match=r"walk\.txt: expected a name that ends in \.npz, \.json"):
        read_keypoints(tmp_path / "walk.txt")
    with pytest.raises(DataFormatError, match=r"walk\.npz: no such file"):
        read_keypoints(tmp_path / "walk.npz")
    with pytest.raises(RecipeError, match="unknown format of keypoints 'openpos'"):
        read_keypoints(tmp_path / "walk.npz", "openpos")


def test_an_error_says_in_which_file(tmp_path):
    path = tmp_path / "3d.npz"
    save(Scene.of(Clip(COCO_17, 25.0, joints_root_mm=np.zeros((2, 17, 3)))), path)
    with pytest.raises(DataFormatError, match=r"3d\.npz: this clip has no 2D joints"):
        read_keypoints(path)
