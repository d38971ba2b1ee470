"""Which camera saw what, and several of them lifted from the command line."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tomli_w

from poselift.cli.lift_cameras import AboutCameras
from poselift.data.clip import Clip
from poselift.data.scene_file import load, save
from poselift.errors import DataFormatError, RecipeError
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21

LENS = {"matrix": [[900.0, 0, 320], [0, 900, 240], [0, 0, 1]], "size": [640, 480], "distortions": [0, 0, 0, 0]}
PLACES = {"left": -30, "right": 40}


def source(name="walk_left.npz", size_px=(640, 480), camera=None):
    return SimpleNamespace(path=Path(name), size_px=size_px, camera=camera)


def cameras():
    found = []
    for name, heading in PLACES.items():
        rotation = axis_rotation("X", np.pi / 2) @ axis_rotation("Z", np.radians(heading))
        place = np.array([0, 0, 1000.0]) - 4000 * rotation[2]
        found.append(
            Camera(np.full(2, 900.0), np.array([320.0, 240.0]), rotation, place, size_px=(640, 480), name=name)
        )
    return found


@pytest.fixture
def calibration(tmp_path):
    """A file of two cameras, left and right of somebody."""
    from scipy.spatial.transform import Rotation

    tables = {}
    for camera in cameras():
        rotation = Rotation.from_matrix(camera.rotation).as_rotvec().tolist()
        translation = (-camera.rotation @ camera.position_mm / 1e3).tolist()
        tables[camera.name] = {**LENS, "rotation": rotation, "translation": translation}
    (tmp_path / "cameras.toml").write_text(tomli_w.dumps(tables))
    return tmp_path / "cameras.toml"


@pytest.fixture
def seen(standing, tmp_path):
    """Files of keypoints of somebody who walks, as each camera sees them, and the true joints."""
    time = np.arange(30)[:, None, None] / 30
    joints = standing(BODY_21).astype(float) + np.array([300.0, 200, 0]) * (time - 0.5)
    files = []
    for camera in cameras():
        joints_px = camera.camera_to_image(camera.world_to_camera(joints))
        files.append(tmp_path / f"walk_{camera.name}.npz")
        save(Clip(BODY_21, 30.0, joints_px=joints_px, size_px=(640, 480)), files[-1])
    return files, joints


def test_several_cameras_are_triangulated(poselift, seen, calibration, tmp_path):
    files, joints = seen
    ended = poselift("lift", *files[::-1], "--calibration", calibration, "-o", tmp_path / "out")
    assert ended.code == 0, ended.err
    assert "2 cameras, 100% of the joints triangulated, reprojection error in the median: right 0" in ended.out[2]
    scene = load(tmp_path / "out" / "poses.npz")
    np.testing.assert_allclose(scene.main.joints_world_mm, joints, atol=15)
    np.testing.assert_allclose(scene.footage.camera.position_mm, cameras()[1].position_mm, atol=0.01)


def test_one_camera_stands_where_it_was_calibrated(poselift, seen, calibration, tmp_path):
    ended = poselift("lift", seen[0][0], "--calibration", calibration, "-o", tmp_path / "out")
    assert ended.code == 0, ended.err
    found = load(tmp_path / "out" / "poses.npz").footage.camera
    np.testing.assert_allclose(found.rotation, cameras()[0].rotation, atol=1e-6)
    np.testing.assert_allclose(found.position_mm, cameras()[0].position_mm, atol=0.01)


def test_what_does_not_fit_ends_in_one_line(poselift, seen, calibration, tmp_path):
    files, out = seen[0], ["-o", tmp_path / "out"]
    for asked, message in (
        ([*files], "expected --calibration for several cameras (walk_left.npz, walk_right.npz)"),
        ([*files, "--calibration", calibration, "--height", "1.78"], "--height, --bone: expected a world without"),
        ([*files, "--calibration", calibration, "--pitch", "5"], "--pitch: expected one camera"),
        ([*files, "--calibration", calibration, "--sync", "top=1"], "--sync: expected a name of left, right"),
        ([*files, "--calibration", calibration, "--sync", "left"], "--sync: expected a camera and seconds"),
        ([*files, "--calibration", calibration, "--camera", "left"], "--camera: expected one source, got several"),
        ([*files, "--calibration", calibration, "--fov-deg", "50"], "expected --calibration or a focal length"),
        ([files[0], "--camera", "left"], "--camera: expected --calibration"),
        ([files[0], "--sync", "left=1"], "--sync: expected several cameras, got one"),
        ([files[0], "--calibration", calibration, "--camera", "top"], "expected a camera 'top', found left, right"),
    ):
        ended = poselift("lift", *asked, *out)
        assert ended.code == 2
        assert message in ended.err[0]
        assert not (tmp_path / "out").exists()


def test_a_picture_of_another_size_fits_if_its_shape_does(calibration):
    larger = AboutCameras(calibration=calibration).one(source(size_px=(1280, 960)))
    np.testing.assert_allclose([larger.focal_px[0], larger.center_px[0]], [1800, 640])
    with pytest.raises(
        DataFormatError, match=r"cameras\.toml: camera left: expected a picture of 640x480 .*walk_left"
    ):
        AboutCameras(calibration=calibration).one(source(size_px=(480, 640)))


def test_lenses_alone_are_enough_for_one_camera_and_not_for_several(tmp_path):
    (tmp_path / "lens.toml").write_text(tomli_w.dumps({"left": LENS, "right": {**LENS, "name": "right"}}))
    about = AboutCameras(calibration=tmp_path / "lens.toml")
    assert not about.one(source()).position_mm.any()
    with pytest.raises(DataFormatError, match="expected where each camera stands, found lenses alone"):
        about.several([source(), source("walk_right.npz")])


def test_starts_are_after_the_first(calibration):
    sources = [source(), source("walk_right.npz")]
    about = AboutCameras(calibration=calibration, starts=["left=0.5", "walk_right.npz=0.25"])
    _, found = about.several(sources)
    assert about.starts_s(sources, found) == [0, -0.25]
    with pytest.raises(RecipeError, match="expected seconds"):
        AboutCameras(calibration=calibration, starts=["left=inf"]).starts_s(sources, found)
