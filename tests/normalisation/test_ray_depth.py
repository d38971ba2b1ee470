"""Laws of rays and depths as what a network predicts."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.geometry import Camera
from poselift.normalisation import normaliser
from poselift.normalisation.base import Seen
from poselift.skeleton import COCO_17, H36M_17

CAMERA = Camera(np.array([1100.0, 1100.0]), np.array([500.0, 500.0]))
TRUTH = np.random.default_rng(0).normal((300, 0, 4000), 300, (3, 1, 17, 3))
ROOT = H36M_17.root_position(TRUTH)[..., 0, :]


def normalised(name="ray_depth", skeleton=H36M_17, joints_cam_mm=TRUTH):
    confidence = np.ones((3, 1, 17))
    confidence[:, :, 5] = 0
    seen = Seen(skeleton, confidence, CAMERA, in_pixels=CAMERA.camera_to_image(joints_cam_mm))
    return normaliser(name).normalised(seen, 2)


def test_a_true_ray_is_the_input_itself():
    """So that with `add_input` a network that says nothing leaves joints on the rays that were seen."""
    inputs, view = normalised()
    shown = np.arange(17) != 5
    np.testing.assert_allclose(view.targets(TRUTH)[:, :, shown, :2], inputs[:, :, shown], atol=1e-12)


def test_depths_are_metres_from_the_root():
    view = normalised().view
    turned = TRUTH @ np.swapaxes(view.turned.rotation[:, None], -1, -2) / 1000
    others = np.arange(17) != H36M_17.index("pelvis")
    expected = turned[..., 2] - turned[..., :1, 2]
    np.testing.assert_allclose(view.targets(TRUTH)[..., others, 2], expected[..., others], atol=1e-12)


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17], ids=lambda s: s.name)
def test_without_the_root_people_are_where_they_are(skeleton):
    """Not only about their root: the network says how far off that is."""
    view = normalised(skeleton=skeleton).view
    np.testing.assert_allclose(view.to_mm(view.targets(TRUTH)), TRUTH, atol=1e-6)


def test_twice_as_far_off_and_twice_as_large_is_the_same_to_see_and_twice_the_metres():
    (plain, view), (other, larger) = normalised(), normalised(joints_cam_mm=2 * TRUTH)
    np.testing.assert_allclose(other, plain, atol=1e-9)
    targets, doubled = view.targets(TRUTH), larger.targets(2 * TRUTH)
    np.testing.assert_allclose(doubled[..., :2], targets[..., :2], atol=1e-9)
    np.testing.assert_allclose(doubled[..., 2], 2 * targets[..., 2], atol=1e-9)


def test_the_true_depth_keeps_joints_on_the_rays_that_the_network_says():
    view = normalised("ray_true_depth").view
    output = view.targets(TRUTH)
    output[..., 2] += np.random.default_rng(1).normal(0, 0.2, output.shape[:-1])
    found = view.to_mm(output, ROOT)
    np.testing.assert_allclose(CAMERA.camera_to_image(found), CAMERA.camera_to_image(TRUTH), atol=1e-6)
    assert np.abs(found - TRUTH).max() > 50


def test_the_two_differ_in_the_way_back_alone():
    (inputs, own), (same, true) = normalised("ray_depth"), normalised("ray_true_depth")
    np.testing.assert_array_equal(inputs, same)
    np.testing.assert_array_equal(own.targets(TRUTH), true.targets(TRUTH))
    wrong = own.targets(TRUTH)
    wrong[..., 0, 2] *= 1.1  # the root is said to be a tenth farther off
    np.testing.assert_allclose(true.to_mm(wrong, ROOT), TRUTH, atol=1e-6)
    assert np.abs(own.to_mm(wrong, ROOT) - TRUTH).max() > 20
    with pytest.raises(ShapeError, match="ray_true_depth: expected the true root"):
        true.to_mm(wrong)
