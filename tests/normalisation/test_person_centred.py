import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poselift.errors import ShapeError
from poselift.geometry import axis_rotation
from poselift.geometry.root import root_from_projection
from poselift.normalisation.person_centred import (
    OUTPUT_UNIT_MM,
    person_centred,
    person_centred_target,
    person_centred_to_root,
)


def test_a_normalised_person_has_mean_zero_and_size_one(people):
    joints_cam_mm, _, _ = people.poses()
    joints_norm = person_centred(people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm)).joints_norm
    np.testing.assert_allclose(joints_norm.mean(axis=-2), 0, atol=1e-12)
    np.testing.assert_allclose((joints_norm**2).sum(axis=-1).mean(axis=-1), 1)


@given(st.floats(0.3, 20))
def test_size_in_the_world_at_a_proportional_distance_does_not_matter(people, factor):
    joints_cam_mm, _, _ = people.poses()
    plain = person_centred(people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm))
    scaled = person_centred(people.plane_of(joints_cam_mm * factor), people.everyone(joints_cam_mm))
    np.testing.assert_allclose(scaled.joints_norm, plain.joints_norm, atol=1e-9)


@pytest.mark.parametrize("axis", ["X", "Y"])
@pytest.mark.parametrize("angle_rad", [-0.5, 0.3])
def test_turning_the_camera_hardly_changes_a_small_person(people, axis, angle_rad):
    _, joints_root_mm, _ = people.poses()
    ahead = joints_root_mm / 100 + [0, 0, 5000]
    turned = ahead @ axis_rotation(axis, angle_rad).T
    plain, other = (person_centred(people.plane_of(p), people.everyone(p)).joints_norm for p in (ahead, turned))
    np.testing.assert_allclose(other, plain, atol=2e-3)
    shifted_only = people.plane_of(turned) - people.plane_of(turned).mean(axis=-2, keepdims=True)
    shifted_only /= np.sqrt((shifted_only**2).sum(axis=-1).mean(axis=-1))[:, None, None]
    assert np.abs(shifted_only - plain).max() > 0.03


def test_the_rotation_puts_the_middle_of_the_person_on_the_optical_axis(people):
    joints_cam_mm, _, _ = people.poses()
    plane = people.plane_of(joints_cam_mm)
    rotation = person_centred(plane, people.everyone(joints_cam_mm)).rotation
    middle = np.concatenate([plane.mean(axis=-2), np.ones((5, 1))], axis=-1)
    turned = (rotation @ middle[..., None])[..., 0]
    np.testing.assert_allclose(turned[:, :2], 0, atol=1e-12)
    assert (turned[:, 2] > 0).all()


def test_target_to_root_and_back(people):
    joints_cam_mm, joints_root_mm, root = people.poses()
    rotation = person_centred(people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm)).rotation
    target = person_centred_target(joints_cam_mm, root, rotation)
    np.testing.assert_allclose(
        np.linalg.norm(target, axis=-1), np.linalg.norm(joints_root_mm, axis=-1) / OUTPUT_UNIT_MM
    )
    np.testing.assert_allclose(person_centred_to_root(target, rotation), joints_root_mm, atol=1e-9)


def test_input_and_target_share_their_axes(people):
    """A joint right of another in the input is right of it in the target, when they are equally deep."""
    joints = np.array([[[0.0, 0, 4000], [300, 0, 4000], [0, 300, 4000]]])
    joints_norm, rotation = person_centred(people.plane_of(joints), people.everyone(joints))
    target = person_centred_target(joints, joints[:, :1], rotation)
    for a, b, axis in ((0, 1, 0), (0, 2, 1)):
        assert joints_norm[0, b, axis] > joints_norm[0, a, axis] + 0.1
        assert target[0, b, axis] > target[0, a, axis] + 0.1


def test_missing_joints_do_not_matter_and_come_out_as_zero(people):
    joints_cam_mm, _, _ = people.poses()
    plane, confidence = people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm)
    confidence[:, 3] = 0
    results = []
    for value in (np.nan, 0.0, 1e6):
        plane[:, 3] = value
        results.append(person_centred(plane, confidence))
    for result in results:
        np.testing.assert_array_equal(result.joints_norm[:, 3], 0)
        np.testing.assert_array_equal(result.joints_norm, results[0].joints_norm)
        np.testing.assert_array_equal(result.rotation, results[0].rotation)


def test_float32_stays_float32(people):
    joints_cam_mm, joints_root_mm, root = (a.astype(np.float32) for a in people.poses())
    joints_norm, rotation = person_centred(people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm))
    target = person_centred_target(joints_cam_mm, root, rotation)
    back = person_centred_to_root(target, rotation)
    found = root_from_projection(joints_root_mm, people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm))
    assert {a.dtype for a in (joints_norm, rotation, target, back, found)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("n_visible", [0, 1, 3])
def test_a_person_without_two_distinct_joints_is_refused(n_visible):
    plane = np.full((2, 17, 2), 0.1)
    plane[1] = np.random.default_rng(0).normal(size=(17, 2))
    confidence = np.zeros((2, 17))
    confidence[0, :n_visible] = confidence[1] = 1
    with pytest.raises(ShapeError, match="1 of 2 poses have no two distinct"):
        person_centred(plane, confidence)
