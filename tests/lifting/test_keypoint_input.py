"""2D joints as people hand them over: what cannot be is named by frame and joint, and too little is not lifted."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.geometry.camera import PLANE_CAMERA, Camera
from poselift.lifting.keypoint_input import checked_keypoints, liftable, plane_of
from poselift.skeleton import COCO_17, H36M_17

CAMERA = Camera.guessed((640, 480))


@pytest.fixture
def joints_px():
    return np.random.default_rng(0).uniform(100, 400, (3, 17, 2))


def test_what_is_finite_is_seen_where_no_confidence_is_given(joints_px):
    joints_px[1, 4, 0] = np.nan
    _, confidence = checked_keypoints(joints_px, None, CAMERA, COCO_17)
    assert np.argwhere(confidence == 0).tolist() == [[1, 4]]
    assert (confidence[confidence > 0] == 1).all()


def test_whole_numbers_are_pixels_too(joints_px):
    checked, _ = checked_keypoints(joints_px.astype(int), np.ones((3, 17), dtype=bool), CAMERA, COCO_17)
    assert checked.dtype.kind == "f"
    np.testing.assert_array_equal(checked, np.floor(joints_px))


@pytest.mark.usefixtures("unchecked_shapes")
def test_what_cannot_be_is_named(joints_px):
    ones = np.ones((3, 17))
    lost, wrong = joints_px.copy(), ones.copy()
    lost[2, 0], wrong[1, 5] = np.nan, 1.5
    for px, confidence, message in (
        (joints_px[:, :16], None, r"joints_px: expected \(frames, 17, 2\) of skeleton coco17, got \(3, 16, 2\)"),
        (joints_px.astype(str), None, "joints_px: expected numbers"),
        (joints_px, ones[:2], r"confidence: expected \(3, 17\), got \(2, 17\)"),
        (joints_px, wrong, r"confidence: frame 1, left_shoulder: expected 0 to 1, got 1\.5"),
        (lost, ones, r"joints_px: frame 2, nose: expected finite pixels"),
    ):
        with pytest.raises(ShapeError, match=message):
            checked_keypoints(px, confidence, CAMERA, COCO_17)


def test_what_a_missing_joints_pixels_say_does_not_matter(joints_px):
    confidence = np.ones((3, 17))
    confidence[:, 3] = 0
    other = joints_px.copy()
    other[:, 3] = np.nan
    np.testing.assert_array_equal(plane_of(joints_px, confidence, CAMERA), plane_of(other, confidence, CAMERA))
    assert (plane_of(other, confidence, CAMERA)[:, 3] == 0).all()


def test_three_joints_in_more_than_one_point_are_enough(joints_px):
    plane = plane_of(joints_px, np.ones((3, 17)), CAMERA)
    confidence = np.zeros((3, 17))
    for frame, count in enumerate((2, 3, 17)):
        confidence[frame, :count] = 0.1
    assert liftable(plane, confidence).tolist() == [False, True, True]
    plane[2] = plane[2, 0]
    assert liftable(plane, confidence).tolist() == [False, True, False]


def test_shares_of_a_picture_are_refused_and_a_plane_of_shares_is_not():
    shares = np.random.default_rng(0).uniform(0, 1, (3, 17, 2))
    with pytest.raises(ShapeError, match=r"expected pixels of a picture of \(1280, 720\), got coordinates") as error:
        checked_keypoints(shares, None, Camera.guessed((1280, 720)), H36M_17)
    assert "width" in error.value.hint
    checked_keypoints(shares, None, PLANE_CAMERA, H36M_17)
