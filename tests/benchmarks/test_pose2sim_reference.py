"""The reference of the real-video benchmark, on a recording whose truth is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pose2sim_reference
import pytest

from poselift.errors import DataFormatError
from poselift.geometry import Camera
from poselift.skeleton import BODY_25B, H36M_17, conversion

pytest.importorskip("tomllib", reason="the benchmarks need Python 3.11")

FRAMES = 6


CALIBRATION = """
[cam_{number:02d}]
name = "cam_{number:02d}"
size = [ 1088.0, 1920.0]
matrix = [ [ 1600.0, 0.0, 544.0], [ 0.0, 1610.0, 960.0], [ 0.0, 0.0, 1.0]]
distortions = [ -0.05, 0.01, 0.001, -0.002]
rotation = [ {rotation}]
translation = [ 0.1, 0.2, 4.0]
fisheye = false
"""
ROTATIONS = ("1.2, 0.0, 0.0", "1.1, 0.9, -0.7", "0.8, -2.1, 1.3", "1.4, -1.3, 0.4")


@pytest.fixture
def cameras(tmp_path) -> tuple[Camera, ...]:
    path = tmp_path / "Calib.toml"
    path.write_text("".join(CALIBRATION.format(number=n + 1, rotation=r) for n, r in enumerate(ROTATIONS)))
    return pose2sim_reference.read_cameras(path)


@pytest.fixture
def truth() -> np.ndarray:
    return np.random.default_rng(5).normal(0, 400, (FRAMES, len(BODY_25B), 3))


@pytest.fixture
def views(cameras, truth):
    joints_px = np.stack([c.camera_to_image(c.world_to_camera(truth)) for c in cameras])
    return pose2sim_reference.Views(BODY_25B, joints_px, np.ones(joints_px.shape[:-1]))


def test_a_calibration_is_read_as_world_to_camera_in_metres(cameras):
    np.testing.assert_allclose(cameras[0].world_to_camera(np.zeros(3)), [100, 200, 4000])
    np.testing.assert_allclose(cameras[0].rotation @ [1, 0, 0], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(cameras[0].focal_px, [1600, 1610])
    np.testing.assert_allclose(cameras[0].tangential, [0.001, -0.002])


def test_projected_joints_are_triangulated_back(cameras, views, truth):
    np.testing.assert_allclose(pose2sim_reference.triangulated_views(cameras, views), truth, atol=1e-3)
    expected = conversion(BODY_25B, H36M_17).joints(truth)
    np.testing.assert_allclose(pose2sim_reference.reference(cameras, views), expected, atol=1e-3)
    errors = pose2sim_reference.reprojection_errors_px(cameras, views, truth + np.array([0, 0, 50.0]))
    assert np.nanmin(errors) > 1


def test_a_joint_that_one_camera_sees_is_undefined(cameras, views):
    views.confidence[1:, 2, BODY_25B.index("left_wrist")] = 0
    joints = pose2sim_reference.triangulated_views(cameras, views)
    assert np.isnan(joints[2, BODY_25B.index("left_wrist")]).all()
    assert np.isnan(joints).any(axis=-1).sum() == 1


def test_a_view_with_left_and_right_exchanged_is_found_and_mended(cameras, views, truth):
    exchanged = np.zeros((4, FRAMES), dtype=bool)
    exchanged[1, [0, 3]] = exchanged[2, 4] = True
    spoilt = pose2sim_reference.with_sides_exchanged(views, exchanged)
    found = pose2sim_reference.exchanged_views(cameras, spoilt)
    np.testing.assert_array_equal(found, exchanged)
    mended = pose2sim_reference.with_sides_exchanged(spoilt, found)
    np.testing.assert_allclose(pose2sim_reference.triangulated_views(cameras, mended), truth, atol=1e-3)


def _write_keypoints(folder: Path, joints_px: np.ndarray) -> None:
    for view, camera in enumerate(joints_px):
        (folder / f"cam{view + 1}_json").mkdir(parents=True)
        for frame, pose in enumerate(camera):
            person = np.concatenate([pose, np.full((len(pose), 1), 0.9)], axis=-1)
            bystander = person * [1, 1, 0.5] + [300, 0, 0]
            people = [{"pose_keypoints_2d": p.ravel().tolist()} for p in (bystander, person)]
            path = folder / f"cam{view + 1}_json" / f"cam{view + 1:02d}.{frame:04d}.json"
            path.write_text(json.dumps({"people": people}))


def test_keypoints_are_of_the_most_confident_person_one_frame_later(tmp_path, views):
    _write_keypoints(tmp_path, views.joints_px)
    read = pose2sim_reference.read_openpose(tmp_path, FRAMES)
    np.testing.assert_allclose(read.joints_px[:, 1:], views.joints_px[:, :-1])
    assert (read.confidence[:, 0] == 0).all()
    assert (read.confidence[:, 1:] == 0.9).all()


def test_missing_files_are_named(tmp_path):
    with pytest.raises(DataFormatError, match=r"Calib\.toml") as caught:
        pose2sim_reference.read_cameras(tmp_path / "Calib.toml")
    assert "0.4.15" in caught.value.hint
    with pytest.raises(DataFormatError, match=r"cam01\.0000\.json"):
        pose2sim_reference.read_openpose(tmp_path, FRAMES)
