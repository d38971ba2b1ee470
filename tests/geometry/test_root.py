import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from poselift.geometry.root import root_from_projection


@given(st.integers(0, 1000))
def test_a_perfect_pose_finds_its_root(people, seed):
    joints_cam_mm, joints_root_mm, root = people.poses(seed)
    found = root_from_projection(joints_root_mm, people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm))
    np.testing.assert_allclose(found, root[:, 0], rtol=1e-8, atol=1e-6)


def test_the_closed_form_is_the_weighted_least_squares_solution(people):
    """The equations x (Z + t_z) = X + t_x and y (Z + t_z) = Y + t_y, handed to numpy's solver."""
    joints_cam_mm, joints_root_mm, _ = people.poses()
    rng = np.random.default_rng(5)
    plane = people.plane_of(joints_cam_mm) + rng.normal(size=(5, 17, 2)) * 0.01
    weight = rng.uniform(0.1, 1, (5, 17))
    found = root_from_projection(joints_root_mm, plane, weight)
    for pose, seen, w, root in zip(joints_root_mm, plane, weight, found, strict=True):
        zero, one, strength = np.zeros(17), np.ones(17), np.sqrt(w)
        in_x = np.stack([one, zero, -seen[:, 0]], axis=-1) * strength[:, None]
        in_y = np.stack([zero, one, -seen[:, 1]], axis=-1) * strength[:, None]
        right = (seen * pose[:, 2:] - pose[:, :2]) * strength[:, None]
        expected = np.linalg.lstsq(
            np.concatenate([in_x, in_y]), np.concatenate([right[:, 0], right[:, 1]]), rcond=None
        )
        np.testing.assert_allclose(root, expected[0], rtol=1e-7)


def test_joints_without_weight_do_not_matter(people):
    joints_cam_mm, joints_root_mm, root = people.poses()
    plane, weight = people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm)
    weight[:, [3, 9]] = 0
    plane[:, 3] = 77
    plane[:, 9] = joints_root_mm[:, 9] = np.nan
    np.testing.assert_allclose(root_from_projection(joints_root_mm, plane, weight), root[:, 0], rtol=1e-8)


def test_a_view_that_does_not_determine_the_root_gives_nan(people):
    joints_cam_mm, joints_root_mm, _ = people.poses()
    plane, weight = people.plane_of(joints_cam_mm), people.everyone(joints_cam_mm)
    plane[0] = 0.1  # all joints in one place
    weight[1] = 0
    weight[2, 1:] = 0
    joints_root_mm[3] = 0
    plane[4] *= -1  # only a root behind the camera would explain it
    found = root_from_projection(joints_root_mm, plane, weight)
    assert np.isnan(found).all()
