"""TRC files, read back line by line as OpenSim's documentation has it."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import OutputError
from poselift.export.trc import write_trc
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21

CAMERA = Camera(np.full(2, 900.0), np.full(2, 500.0), axis_rotation("X", 1.7), np.array([0, 0, 1500.0]))
VALID = np.array([True, True, False, True, True, True])


def clip(seed=0, **changes):
    joints = np.random.default_rng(seed).normal(0, 300, (6, 21, 3))
    values = {"joints_root_mm": joints, "root_cam_mm": np.full((6, 3), 3000.0), "camera": CAMERA, "valid": VALID}
    return Clip(BODY_21, 25.0, **{**values, **changes})


def read(path):
    """The header by name, the markers' names, and their places (F, J, 3) in metres with y up."""
    lines = path.read_text().split("\n")
    header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    names = [name for name in lines[3].split("\t")[2:] if name]
    rows = [[float(cell) if cell else np.nan for cell in line.split("\t")] for line in lines[6:] if line]
    table = np.array(rows)
    return lines, header, names, table[:, 1], table[:, 2:].reshape(len(table), -1, 3)


def test_it_reads_back(tmp_path):
    write_trc(clip(), tmp_path / "walk.trc")
    lines, header, names, time_s, places_m = read(tmp_path / "walk.trc")
    assert lines[0] == "PathFileType\t4\t(X/Y/Z)\twalk.trc"
    assert (header["NumFrames"], header["NumMarkers"], header["Units"], header["DataRate"]) == ("6", "21", "m", "25")
    assert (names[0], names[2], len(names)) == ("Hip", "RKnee", 21)
    assert lines[4].split("\t")[2:5] == ["X1", "Y1", "Z1"]
    np.testing.assert_allclose(time_s, np.arange(6) / 25)
    x, y, z = np.moveaxis(np.where(VALID[:, None, None], clip().joints_world_mm, np.nan) / 1e3, -1, 0)
    np.testing.assert_allclose(places_m, np.stack([y, z, x], axis=-1), atol=1e-5)


def test_y_is_up_and_the_axes_are_right_handed(tmp_path):
    """Who is 1 m ahead, 2 m to the right and 3 m up."""
    level = Camera(np.ones(2), np.zeros(2), axis_rotation("X", np.pi / 2), np.array([0, 0, 1.0]))
    place = level.world_to_camera(np.array([[2000.0, 1000.0, 3000.0]]))
    there = clip(joints_root_mm=np.zeros((6, 21, 3)), root_cam_mm=np.repeat(place, 6, 0), camera=level)
    write_trc(there, tmp_path / "a.trc")
    *_, places_m = read(tmp_path / "a.trc")
    np.testing.assert_allclose(places_m[0, 0], [1, 3, 2], atol=1e-6)


def test_each_person_has_a_file_with_the_frames_they_are_there(tmp_path):
    late = clip(seed=1, time_s=np.arange(2, 8) / 25)
    scene = Scene(Footage.regular(9, 25), (Track(1, 0, clip()), Track(4, 2, late)))
    write_trc(scene, tmp_path / "walk.trc")
    _, header, *_ = read(tmp_path / "walk_4.trc")
    assert header["OrigDataStartFrame"] == "3"
    with pytest.raises(OutputError, match="exists"):
        write_trc(scene, tmp_path / "walk.trc")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["walk.trc", "walk_4.trc"]
