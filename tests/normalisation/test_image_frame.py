import json
from pathlib import Path

import numpy as np
import pytest

from poselift.normalisation.image_frame import image_frame_denormalised, image_frame_normalised

SAMPLE = json.loads((Path(__file__).parents[1] / "data_files" / "lcn_pose_sample.json").read_text())
# Heights of the four cameras of Human3.6M, all 1000 wide.
HEIGHTS = {"54138969": 1002, "60457274": 1002, "55011271": 1000, "58860488": 1000}


@pytest.mark.parametrize("row", SAMPLE[:8])
def test_the_image_frame_is_scaled_as_in_the_original(row):
    joints_image, height = np.array(row["joint_3d_image"]), HEIGHTS[row["camera"]["name"]]
    expected = joints_image.copy()
    expected[:, :2] = joints_image[:, :2] / 1000 * 2 - [1, height / 1000]
    expected[:, 2] = joints_image[:, 2] / 1000 * 2
    np.testing.assert_allclose(image_frame_normalised(joints_image, (1000, height)), expected)
    np.testing.assert_allclose(image_frame_normalised(joints_image[:, :2], (1000, height)), expected[:, :2])


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_image_frame_there_and_back(dimensions, kind):
    joints = np.random.default_rng(0).uniform(0, 1000, (4, 17, dimensions)).astype(kind)
    before = joints.copy()
    normalised = image_frame_normalised(joints, (1920, 1080))
    back = image_frame_denormalised(normalised, (1920, 1080))
    np.testing.assert_array_equal(joints, before)
    assert {normalised.dtype, back.dtype} == {np.dtype(kind)}
    np.testing.assert_allclose(back, joints, atol=1e-3 if kind == np.float32 else 1e-9)


def test_corners_of_the_image_lie_at_one_and_the_aspect_ratio():
    corners = np.array([[0.0, 0], [1920, 1080]])
    expected = [[-1, -1080 / 1920], [1, 1080 / 1920]]
    np.testing.assert_allclose(image_frame_normalised(corners, (1920, 1080)), expected)
