"""What person_rays keeps that person_centred takes away, and what both take away."""

from __future__ import annotations

import numpy as np

from poselift.geometry import Camera, axis_rotation
from poselift.normalisation import normaliser
from poselift.normalisation.base import Seen
from poselift.skeleton import H36M_17

WIDE = Camera(np.array([600.0, 600.0]), np.array([500.0, 500.0]))
TELE = Camera(np.array([2400.0, 2400.0]), np.array([500.0, 500.0]))
POSE = np.random.default_rng(0).normal(0, 300, (1, 1, 17, 3))
AHEAD = POSE + np.array([0, 0, 4000])


def found(joints_cam_mm, camera=WIDE, name="person_rays"):
    seen = Seen(H36M_17, np.ones((1, 1, 17)), camera, in_pixels=camera.camera_to_image(joints_cam_mm))
    return normaliser(name).normalised(seen, 2)


def size(inputs) -> float:
    return float(np.sqrt((inputs**2).sum(axis=-1).mean()))


def test_whoever_is_twice_as_far_off_looks_half_as_large():
    near, far = (size(found(POSE / 100 + [0, 0, depth]).inputs) for depth in (3000, 6000))
    np.testing.assert_allclose(near / far, 2, rtol=0.01)


def test_of_the_lens_only_what_it_shows_is_left():
    np.testing.assert_allclose(found(AHEAD, WIDE).inputs, found(AHEAD, TELE).inputs, atol=1e-9)


def test_the_middle_of_the_person_is_zero_wherever_they_stand():
    turned = AHEAD @ axis_rotation("Y", 0.3).T
    np.testing.assert_allclose(found(turned).inputs.mean(axis=-2), 0, atol=1e-12)


def test_it_is_person_centred_times_a_size_and_has_its_targets():
    rays, centred = found(AHEAD), found(AHEAD, name="person_centred")
    np.testing.assert_allclose(rays.inputs / size(rays.inputs), centred.inputs, atol=1e-12)
    np.testing.assert_allclose(rays.view.targets(AHEAD), centred.view.targets(AHEAD), atol=1e-12)
