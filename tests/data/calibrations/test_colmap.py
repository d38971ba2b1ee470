"""COLMAP's models as text."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from poselift.data.calibrations.reading import read_calibration
from poselift.errors import DataFormatError


@pytest.fixture
def folder(two_cameras, tmp_path):
    """A model with full lenses, and an image without points."""
    cameras, images = ["# Camera list"], ["# Image list"]
    for n, camera in enumerate(two_cameras, start=1):
        lens = [
            *camera.focal_px,
            *camera.center_px,
            *camera.radial[:2],
            *camera.tangential,
            camera.radial[2],
            0,
            0,
            0,
        ]
        cameras.append(f"{n} FULL_OPENCV 1920 1080 " + " ".join(map(repr, map(float, lens))))
        x, y, z, w = Rotation.from_matrix(camera.rotation).as_quat()
        place = [w, x, y, z, *(-camera.rotation @ camera.position_mm / 1e3)]
        images.append(f"{n} " + " ".join(map(repr, map(float, place))) + f" {n} {camera.name}.jpg")
        images.append("" if n == 1 else "10.5 20.5 -1")
    (tmp_path / "cameras.txt").write_text("\n".join(cameras) + "\n")
    (tmp_path / "images.txt").write_text("\n".join(images) + "\n")
    return tmp_path


def test_images_are_cameras_that_stand_in_a_world_without_a_unit(folder, two_cameras, same_camera):
    found = read_calibration(folder)
    assert (found.placed, found.metric, len(found.cameras)) == (True, False, 2)
    for camera, true in zip(found.cameras, two_cameras, strict=True):
        same_camera(camera, true)
        assert camera.name == true.name


def test_without_images_there_are_lenses(folder, two_cameras, same_camera):
    alone = read_calibration(folder / "cameras.txt")
    (folder / "images.txt").unlink()
    for found in (alone, read_calibration(folder)):
        assert (found.placed, [camera.name for camera in found.cameras]) == (False, ["1", "2"])
        same_camera(found.cameras[1], two_cameras[1], placed=False)


@pytest.mark.parametrize(
    ("line", "focal_px", "radial"),
    [
        ("1 SIMPLE_PINHOLE 1920 1080 1500 960 540", (1500, 1500), (0, 0, 0)),
        ("1 PINHOLE 1920 1080 1500 1510 960 540", (1500, 1510), (0, 0, 0)),
        ("1 SIMPLE_RADIAL 1920 1080 1500 960 540 -0.1", (1500, 1500), (-0.1, 0, 0)),
        ("1 RADIAL 1920 1080 1500 960 540 -0.1 0.02", (1500, 1500), (-0.1, 0.02, 0)),
        ("1 OPENCV 1920 1080 1500 1510 960 540 -0.1 0.02 0 0", (1500, 1510), (-0.1, 0.02, 0)),
    ],
)
def test_lenses_of_every_model(line, focal_px, radial, tmp_path):
    (tmp_path / "cameras.txt").write_text(line)
    (camera,) = read_calibration(tmp_path).cameras
    assert (tuple(camera.focal_px), tuple(camera.radial)) == (focal_px, radial)
    assert (camera.center_px.tolist(), camera.size_px) == ([960, 540], (1920, 1080))


@pytest.mark.parametrize(
    ("cameras", "images", "message"),
    [
        ("1 OPENCV_FISHEYE 1920 1080 1 2 3 4 5 6 7 8", "", "line 1: expected a model of SIMPLE_PINHOLE"),
        ("1 PINHOLE 1920 1080 1500", "", "expected 4 parameters of PINHOLE, found 1"),
        ("1 PINHOLE", "", "expected an id, a model, a size and parameters"),
        ("1 PINHOLE 1920 1080 a b c d", "", "expected numbers, found '1920 1080 a b c d'"),
        ("# nothing", "", "expected cameras, found none"),
        (
            "1 PINHOLE 1920 1080 9 9 5 5",
            "1 1 0 0 0 0 0 0 7 a.jpg",
            r"images.txt: line 1: expected an image with its place",
        ),
        ("1 PINHOLE 1920 1080 9 9 5 5", "1 3 0 0 0 0 0 0 1 a.jpg", "quaternion of length 1, found 3"),
    ],
)
def test_what_is_no_model_is_refused(cameras, images, message, tmp_path):
    (tmp_path / "cameras.txt").write_text(cameras)
    if images:
        (tmp_path / "images.txt").write_text(images)
    with pytest.raises(DataFormatError, match=message):
        read_calibration(tmp_path)


def test_a_binary_model_says_what_to_do(tmp_path):
    (tmp_path / "cameras.bin").write_bytes(b"\x01")
    with pytest.raises(DataFormatError, match=r"expected cameras\.txt, found a binary model") as error:
        read_calibration(tmp_path)
    assert "model_converter" in error.value.hint


def test_damage_is_one_line(folder, survives):
    survives(folder / "cameras.txt", folder)
    survives(folder / "images.txt", folder)
    assert np.isfinite(read_calibration(folder).cameras[0].position_mm).all()
