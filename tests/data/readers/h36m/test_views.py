import numpy as np
import pytest

from poselift.data.readers.h36m.tables import Take
from poselift.data.readers.h36m.views import as_keypoints, checked_numbers, in_official_order, seen_by
from poselift.errors import DataFormatError
from poselift.skeleton import COCO_17, H36M_17, H36M_32, SH_16, conversion


def test_takes_go_by_the_numbers_of_subject_action_and_take():
    takes = [
        Take("S1", "Directions", 2),
        Take("S1", "Eating", 1),
        Take("S1", "WalkingTogether", 1),
        Take("S9", "Directions", 1),
        Take("S11", "Directions", 1),
        Take("S11", "Directions", 2),
    ]
    assert [take for take, _ in in_official_order((take, "") for take in sorted(takes))] == takes


def test_a_take_found_twice_is_told_with_both_places():
    take = Take("S9", "Posing", 1)
    with pytest.raises(DataFormatError, match="S9 Posing take 1 comes twice: here and there"):
        in_official_order([(take, "here"), (take, "there")])


def test_17_and_32_joints_are_seen_alike(synthetic_h36m):
    take, joints = next(iter(synthetic_h36m.takes.items()))
    cameras = synthetic_h36m.cameras(take)
    of_32 = list(seen_by(take, joints, cameras, {}))
    of_17 = list(seen_by(take, conversion(H36M_32, H36M_17).joints(joints), cameras, {}))
    same = [r for r in synthetic_h36m.recordings() if (r.subject, r.action, int(r.take)) == take]
    assert [one.name for one in of_32] == [one.name for one in same]
    for one, other, camera in zip(of_32, of_17, cameras, strict=True):
        np.testing.assert_array_equal(one.joints_cam_mm, other.joints_cam_mm)
        np.testing.assert_allclose(one.joints_cam_mm, synthetic_h36m.joints_cam_mm(take, camera), rtol=1e-6)
        assert one.joints_cam_mm.dtype == np.float32


def test_only_detections_that_go_on_after_the_joints_are_cut(synthetic_h36m):
    take, joints = next(iter(synthetic_h36m.takes.items()))
    camera = synthetic_h36m.cameras(take)[1]
    found = synthetic_h36m.detections(take, camera)
    for frames in (4, len(joints)):
        (seen,) = seen_by(take, joints[:frames], [camera], {camera.name: {"cpn": found}})
        np.testing.assert_array_equal(seen.detections["cpn"].joints_px, found.joints_px[:frames])
        np.testing.assert_array_equal(seen.detections["cpn"].confidence, found.confidence[:frames])


@pytest.mark.parametrize("skeleton", [H36M_17, SH_16, COCO_17], ids=lambda skeleton: skeleton.name)
def test_the_third_number_is_the_confidence(skeleton):
    array = np.random.default_rng(0).uniform(size=(5, len(skeleton), 3))
    found, without = as_keypoints(array, skeleton), as_keypoints(array[..., :2], skeleton)
    np.testing.assert_array_equal(found.joints_px, without.joints_px)
    expected = conversion(skeleton, H36M_17).confidence(array[..., 2])
    np.testing.assert_array_equal(found.confidence, expected.astype(np.float32))
    assert np.all(without.confidence == 1)


@pytest.mark.parametrize("array", [np.zeros((4, 17, 4)), np.zeros((17, 2)), np.full((4, 17, 2), "x"), None])
def test_what_is_no_array_of_numbers_is_told(array):
    with pytest.raises(
        DataFormatError, match=r"here: expected numbers of shape \(frames, 17, 2\) or \(frames, 17, 3\)"
    ):
        checked_numbers(array, [(17, 2), (17, 3)], "here")


def test_integers_are_numbers():
    assert checked_numbers([[[1, 2]]], [(1, 2)], "here").shape == (1, 1, 2)
