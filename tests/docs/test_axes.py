"""The picture of axes is the one that its script draws, and the formats go the way that it shows."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.export.by_ending import export_scene
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SPEC = importlib.util.spec_from_file_location("axes", IMAGES / "axes.py")
PICTURE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(PICTURE)

LEVEL = Camera(np.full(2, 900.0), np.full(2, 500.0), axis_rotation("X", np.pi / 2), np.array([0, 0, 1500.0]))


def test_the_picture_is_the_one_that_the_script_draws():
    assert (IMAGES / "axes.svg").read_text(encoding="utf-8") == PICTURE.drawn()


def root_of(path):
    """Where the pelvis is in frame 0 and 1, in metres."""
    lines = path.read_text().splitlines()
    if path.suffix == ".csv":
        rows = [row for row in csv.DictReader(lines) if row["joint"] == "pelvis"]
        return np.array([[float(row[f"{axis}_world_mm"]) / 1e3 for axis in "xyz"] for row in rows])
    if path.suffix == ".trc":
        return np.array([[float(x) for x in line.split("\t")[2:5]] for line in lines[6:]])
    if path.suffix == ".mot":
        names = lines[6].split("\t")
        where = [names.index(f"pelvis_t{axis}") for axis in "xyz"]
        return np.array([[float(line.split("\t")[at]) for at in where] for line in lines[7:]])
    return np.array([[float(x) / 100 for x in line.split()[:3]] for line in lines[-2:]])


@pytest.mark.parametrize("ending", ["csv", "trc", "mot", "bvh"])
def test_formats_go_where_it_shows(ending, standing, tmp_path):
    title = next(title for title in PICTURE.FORMATS if f".{ending}" in title)
    axes = np.array(PICTURE.FORMATS[title][1])
    assert np.linalg.det(axes) == pytest.approx(1)
    step = np.array([300.0, 700.0, 110.0])
    joints = LEVEL.world_to_camera(standing(BODY_21) + np.stack([np.zeros(3), step])[:, None])
    root = BODY_21.root_position(joints)
    clip = Clip(BODY_21, 25, joints_root_mm=joints - root, root_cam_mm=root[:, 0], camera=LEVEL)
    export_scene(clip, tmp_path / f"a.{ending}")
    np.testing.assert_allclose(np.diff(root_of(tmp_path / f"a.{ending}"), axis=0)[0], axes @ step / 1e3, atol=1e-4)


def test_axes_of_the_camera_are_those_of_the_conventions():
    axes = np.array(PICTURE.FORMATS["joints_root_mm, root_cam_mm"][1])
    np.testing.assert_allclose(LEVEL.rotation, axes, atol=1e-12)
