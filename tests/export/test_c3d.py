"""C3D files, read back by a reader that did not write them."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import MissingExtraError
from poselift.export.c3d import write_c3d
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21

pytest.importorskip("ezc3d")
c3d = pytest.importorskip("c3d")

CAMERA = Camera(np.full(2, 900.0), np.full(2, 500.0), axis_rotation("X", 1.7), np.array([0, 0, 1500.0]))


def clip(frames=6, seed=0, **changes):
    joints = np.random.default_rng(seed).normal(0, 300, (frames, 21, 3))
    valid = np.arange(frames) != 2
    values = {"joints_root_mm": joints, "root_cam_mm": np.full((frames, 3), 3000.0), "camera": CAMERA, "valid": valid}
    return Clip(BODY_21, 25.0, **{**values, **changes})


def read(path):
    with open(path, "rb") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are no analog data
        reader = c3d.Reader(opened)
        points = np.stack([points for _, points, _ in reader.read_frames()])
        return reader, [label.strip() for label in reader.point_labels], points


def test_it_reads_back_in_another_reader(tmp_path):
    error = np.random.default_rng(1).uniform(20, 200, (6, 21))
    write_c3d(clip(error_90_mm=error), tmp_path / "a.c3d")
    reader, labels, points = read(tmp_path / "a.c3d")
    assert (labels[0], labels[2], len(labels)) == ("Hip", "RKnee", 21)
    assert reader.point_rate == 25
    assert reader.get("POINT").get("UNITS").string_value.strip() == "mm"
    there = np.arange(6) != 2
    np.testing.assert_allclose(points[there][..., :3], clip().joints_world_mm[there], rtol=1e-5, atol=1e-2)
    assert (points[2, :, 3] == -1).all()
    assert (points[there][..., 3] >= 0).all()


def test_everybody_is_in_one_file_from_the_first_frame_of_the_footage(tmp_path):
    late = clip(4, 1, time_s=np.arange(3, 7) / 25)
    scene = Scene(Footage.regular(8, 25), (Track(1, 0, clip()), Track(4, 3, late)))
    write_c3d(scene, tmp_path / "a.c3d")
    _, labels, points = read(tmp_path / "a.c3d")
    assert (labels[0], labels[21], points.shape) == ("1:Hip", "4:Hip", (8, 42, 5))
    np.testing.assert_allclose(points[4, 21:, :3], late.joints_world_mm[1], rtol=1e-5, atol=1e-2)
    assert (points[:3, 21:, 3] == -1).all()


def test_what_brings_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ezc3d", None)
    with pytest.raises(MissingExtraError, match="ezc3d is not installed") as error:
        write_c3d(clip(), tmp_path / "a.c3d")
    assert error.value.hint == "pip install 'poselift[c3d]'"
    assert list(tmp_path.iterdir()) == []
