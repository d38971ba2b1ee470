"""What every format must be wary of: missing joints, scores, shares of a picture, ids that are none."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.footage import Footage
from poselift.data.keypoints.rows import Rows
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError, NoPersonError
from poselift.skeleton import COCO_17

FOOTAGE = Footage.regular(9, 25.0, size_px=(640, 480))


def person(confidence=0.5, seed=0):
    joints = np.random.default_rng(seed).uniform(50, 400, (17, 3))
    joints[:, 2] = confidence
    return joints


def detections(*people, said=None):
    rows = Rows("walk.json", COCO_17)
    for each in people:
        rows.add(*each)
    return rows.detections(FOOTAGE, said or Said())


def test_people_are_ordered_by_frame_and_nobody_is_left_out():
    unseen = person(0)
    found = detections((4, person(seed=1)), (2, person(seed=2).ravel().tolist()), (3, unseen))
    assert found.frame.tolist() == [2, 4]
    np.testing.assert_allclose(found.joints_px[0], person(seed=2)[:, :2], rtol=1e-6)


def test_a_joint_that_is_not_finite_is_missing():
    joints = person()
    joints[3, 0], joints[5, 2] = np.nan, np.nan
    (confidence,) = detections((0, joints)).confidence
    assert np.flatnonzero(confidence == 0).tolist() == [3, 5]
    places = person()[:, :2]
    places[7] = np.nan
    (confidence,) = detections((0, places)).confidence
    assert np.flatnonzero(confidence == 0).tolist() == [7]
    assert (confidence[:7] == 1).all()


def test_confidences_above_one_are_asked_for():
    assert detections((0, person(1.05))).confidence.max() == 1
    with pytest.raises(DataFormatError, match=r"frame 3, nose: expected a confidence of 0 to 1, found 87") as error:
        detections((1, person()), (3, person(87)))
    assert "--most-confidence" in error.value.hint
    np.testing.assert_allclose(detections((3, person(87)), said=Said(most_confidence=100)).confidence, 0.87)
    with pytest.raises(DataFormatError, match="found -1"):
        detections((0, person(-1)))


def test_shares_of_a_picture_are_refused():
    joints = person()
    joints[:, :2] /= 500
    with pytest.raises(DataFormatError, match=r"expected pixels, found coordinates from 0\.1") as error:
        detections((0, joints))
    assert "width" in error.value.hint


def test_confidences_that_are_all_zero_are_said():
    with pytest.raises(NoPersonError, match="every joint of 2 people has the confidence 0"):
        detections((0, person(0)), (1, person(0)))
    with pytest.raises(NoPersonError, match="holds no person"):
        detections()


@pytest.mark.parametrize("joints", ["text", [1, 2], [["a"] * 3] * 17, None, [None] * 51 + [{}], np.zeros((16, 3))])
def test_what_are_no_joints_is_said_with_its_frame(joints):
    with pytest.raises(DataFormatError, match=r"walk\.json: frame 8: expected"):
        Rows("walk.json", COCO_17).add(8, joints)


def test_ids_are_kept():
    found = detections((0, person(), 7), (0, person(seed=1), 3.0), (1, person(), np.int64(7)))
    assert found.track_id.tolist() == [7, 3, 7]
    assert found.footage.notes == ()
    assert detections((0, person(), -1), (1, person(), None)).track_id is None
    with pytest.raises(DataFormatError, match="expected a whole number as id, found 'x'"):
        Rows("walk.json", COCO_17).add(0, person(), "x")


@pytest.mark.parametrize(
    ("ids", "note"),
    [
        ([1, 2, 3, 4, 5], "a new id in nearly every frame"),
        ([1, 1, None, 1, 1], "some people have no id"),
    ],
)
def test_ids_that_are_none_are_said(ids, note):
    found = detections(*((frame, person(), track_id) for frame, track_id in enumerate(ids)))
    assert found.track_id is None
    assert note in found.footage.notes[0]


def test_an_id_that_is_twice_in_a_frame_is_none():
    found = detections((0, person(), 1), (0, person(seed=1), 1), (1, person(), 1))
    assert found.track_id is None
    assert "twice" in found.footage.notes[0]
