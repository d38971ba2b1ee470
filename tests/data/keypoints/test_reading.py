"""Files of keypoints are told by what they hold, or by what is said of them."""

from __future__ import annotations

import os

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.data.keypoints import KEYPOINTS
from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.data.scene import Scene
from poselift.data.scene_file import save
from poselift.errors import DataFormatError, RecipeError
from poselift.skeleton import COCO_17

NOBODY = Detections.of(Footage.regular(2, 25.0), COCO_17, [[], []])


def recognises(file):
    return file.head.startswith(b"void")


def read(file, said):
    return NOBODY


@pytest.fixture
def empty_format(monkeypatch):
    monkeypatch.setitem(KEYPOINTS, "empty", __name__)
    monkeypatch.setattr("poselift.data.keypoints.reading.import_module", lambda name: __import__("sys").modules[name])


def test_a_format_is_recognised_by_what_a_file_holds(tmp_path, empty_format):
    path = tmp_path / "people.xyz"
    path.write_bytes(b"void")
    assert recognised(path) == "empty"
    assert read_keypoints(path) is NOBODY
    path.write_bytes(b"something else")
    assert recognised(path) is None


def test_what_is_not_there_no_file_or_an_empty_folder_is_not_recognised(tmp_path):
    assert recognised(tmp_path / "walk.json") is None
    assert recognised(tmp_path) is None
    os.mkfifo(tmp_path / "pipe")
    assert recognised(tmp_path / "pipe") is None  # opened, it would wait forever


def test_or_it_is_said(tmp_path, empty_format):
    path = tmp_path / "people.txt"
    path.touch()
    assert read_keypoints(path, "empty") is NOBODY


def test_what_is_not_there_is_named(tmp_path):
    (tmp_path / "walk.txt").write_text("hello")
    with pytest.raises(DataFormatError, match=r"walk\.txt: not recognised as keypoints of any format"):
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
