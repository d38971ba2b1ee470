"""Many cameras at once draw as each of them does alone."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import GeometryError
from poselift.geometry import Camera, camera_to_image_frame, image_frame_to_camera
from poselift.geometry.intrinsics import Intrinsics

CAMERAS = [
    Camera(np.array([1100.0, 1150.0]), np.array([500.0, 510.0]), size_px=(1000, 1002)),
    Camera(np.array([700.0, 690.0]), np.array([300.0, 260.0]), size_px=(640, 480), radial=np.array([-0.2, 0.0, 0.0])),
]
LENSES = Intrinsics.of(CAMERAS)
POINTS = np.random.default_rng(0).normal((0, 0, 4000), 500, (2, 5, 17, 3))


def test_each_draws_as_its_camera_does_without_distortion():
    drawn = LENSES.camera_to_image(POINTS)
    for number, camera in enumerate(CAMERAS):
        np.testing.assert_allclose(drawn[number], camera.without_distortion().camera_to_image(POINTS[number]))


def test_there_and_back():
    drawn = LENSES.camera_to_image(POINTS)
    np.testing.assert_allclose(LENSES.image_to_camera(drawn, POINTS[..., 2]), POINTS)
    np.testing.assert_allclose(LENSES.plane_to_image(LENSES.image_to_plane(drawn)), drawn)


def test_the_image_frame_is_that_of_each_camera():
    root = POINTS[..., 0, :]
    image, boxes = camera_to_image_frame(LENSES, POINTS, root)
    for number, camera in enumerate(CAMERAS):
        alone = camera_to_image_frame(camera, POINTS[number], root[number])
        np.testing.assert_allclose(image[number], alone[0])
        np.testing.assert_allclose(boxes[number], alone[1])
    np.testing.assert_allclose(image_frame_to_camera(LENSES, image, boxes, root[..., 2]), POINTS)


def test_rows_and_their_joining():
    again = Intrinsics.joined([LENSES.rows(slice(0, 1)), LENSES.rows(np.array([1]))])
    for name in ("focal_px", "center_px", "size_px"):
        np.testing.assert_array_equal(getattr(again, name), getattr(LENSES, name))


def test_what_cannot_be_is_refused():
    with pytest.raises(GeometryError, match="1 of 170 points lie at or behind"):
        LENSES.camera_to_image(np.where(np.arange(170).reshape(2, 5, 17, 1) == 7, -POINTS, POINTS))
    with pytest.raises(GeometryError, match="camera nameless: expected an image size"):
        Intrinsics.of([Camera(np.ones(2), np.zeros(2), name="nameless")])
