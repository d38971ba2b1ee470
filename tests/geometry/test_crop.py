import json
from pathlib import Path

import numpy as np
import pytest

from poselift.errors import GeometryError
from poselift.geometry import Camera, camera_to_image_frame, image_frame_to_camera, pixels_per_mm, root_box
from poselift.skeleton import H36M_17

ROOT = H36M_17.index("pelvis")
# Beside it stands the script that made it.
SAMPLE = json.loads((Path(__file__).parents[1] / "data_files" / "lcn_pose_sample.json").read_text())


@pytest.fixture
def poses(camera):
    world = np.random.default_rng(1).normal(size=(6, 17, 3)) * 400 + [0, 0, 1000]
    return camera.world_to_camera(world)


@pytest.mark.parametrize("row", SAMPLE, ids=[f"{i}-{row['camera']['name']}" for i, row in enumerate(SAMPLE)])
def test_frames_agree_with_the_original_preparation(row):
    camera = Camera(**{k: v if k == "name" else np.array(v) for k, v in row["camera"].items()})
    joints_cam_mm, joints_image = np.array(row["joint_3d_camera"]), np.array(row["joint_3d_image"])
    image, box = camera_to_image_frame(camera, joints_cam_mm, joints_cam_mm[..., ROOT, :])
    np.testing.assert_allclose(image, joints_image, atol=1e-5)
    np.testing.assert_allclose(box, row["box"], atol=1e-5)
    back = image_frame_to_camera(camera, joints_image, np.array(row["box"]), row["root_depth"])
    np.testing.assert_allclose(back, joints_cam_mm, atol=1e-4)


def test_the_sample_covers_the_four_cameras():
    assert {row["camera"]["name"] for row in SAMPLE} == {"54138969", "55011271", "58860488", "60457274"}


def test_camera_to_image_frame_and_back(camera, poses):
    image, box = camera_to_image_frame(camera, poses, poses[..., ROOT, :])
    np.testing.assert_allclose(image_frame_to_camera(camera, image, box, poses[:, ROOT, 2]), poses, atol=1e-8)


def test_the_lens_plays_no_part(camera, poses):
    for ours, ideal in zip(
        camera_to_image_frame(camera, poses, poses[..., ROOT, :]),
        camera_to_image_frame(camera.without_distortion(), poses, poses[:, ROOT]),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, ideal)


def test_the_root_has_depth_zero_and_the_box_is_two_metres_wide(camera, poses):
    image, box = camera_to_image_frame(camera, poses, poses[..., ROOT, :])
    np.testing.assert_allclose(image[:, ROOT, 2], 0, atol=1e-12)
    width = 2000 * camera.focal_px[0] / poses[:, ROOT, 2]
    np.testing.assert_allclose(box[:, 2] - box[:, 0], width)
    np.testing.assert_allclose(pixels_per_mm(box), (width + 1) / 2000)
    np.testing.assert_allclose(box, root_box(camera, poses[:, ROOT]))


def test_a_root_behind_the_camera_is_an_error(camera):
    with pytest.raises(GeometryError, match="behind"):
        root_box(camera, np.array([[0.0, 0, -3000]]))


def test_float32_stays_float32(camera, poses):
    image, box = camera_to_image_frame(camera, poses.astype(np.float32), poses[:, ROOT].astype(np.float32))
    back = image_frame_to_camera(camera, image, box, poses[:, ROOT, 2].astype(np.float32))
    assert {image.dtype, box.dtype, back.dtype} == {np.dtype(np.float32)}
    np.testing.assert_allclose(back, poses, atol=0.05)
