"""Quaternions and angles stand for the rotations, and do not jump."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.geometry.rotation import euler_rotation, quaternion_rotation, vector_rotation
from poselift.geometry.rotation_over_time import quaternions_over_time, zxy_angles_over_time


def tumbling(frames=400, seed=0):
    """Rotations that go round several times about axes that change."""
    rng = np.random.default_rng(seed)
    time = np.linspace(0, 1, frames)[:, None]
    vectors = 20 * time * rng.normal(size=3) + np.sin(9 * time + rng.uniform(0, 6, 3))
    return vector_rotation(vectors)


@pytest.mark.parametrize("seed", range(5))
def test_quaternions_lead_back_and_neighbours_are_near(seed):
    rotation = tumbling(seed=seed)
    quaternions = quaternions_over_time(rotation)
    np.testing.assert_allclose(quaternion_rotation(quaternions), rotation, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(quaternions, axis=-1), 1)
    assert np.linalg.norm(np.diff(quaternions, axis=0), axis=-1).max() < 0.2


def test_half_turns_have_quaternions():
    half_turns = np.stack([np.diag([1.0, -1, -1]), np.diag([-1.0, 1, -1]), np.diag([-1.0, -1, 1])])
    np.testing.assert_array_equal(np.abs(quaternions_over_time(half_turns)), np.eye(4)[1:])


def test_a_rotation_and_no_frame_at_all_begin_as_they_should():
    assert quaternions_over_time(np.eye(3)[None]).tolist() == [[1, 0, 0, 0]]
    assert quaternions_over_time(np.empty((0, 3, 3))).shape == (0, 4)


@pytest.mark.parametrize("seed", range(5))
def test_angles_lead_back(seed):
    rotation = tumbling(seed=seed)
    np.testing.assert_allclose(euler_rotation("ZXY", zxy_angles_over_time(rotation)), rotation, atol=1e-9)


def test_angles_go_on_through_several_turns():
    angles = np.linspace(0, 30, 300)[:, None] * [1.0, 0, 0] + [0.5, 0.3, -0.2]
    np.testing.assert_allclose(zxy_angles_over_time(euler_rotation("ZXY", angles)), angles, atol=1e-9)


def test_angles_go_on_through_the_pole():
    angles = np.stack([np.full(200, 0.4), np.linspace(-3, 9, 200), np.full(200, -0.7)], axis=-1)
    found = zxy_angles_over_time(euler_rotation("ZXY", angles))
    assert np.abs(np.diff(found, axis=0)).max() < 0.1


def test_at_the_pole_there_are_angles_too():
    rotation = euler_rotation("ZXY", np.array([[0.4, np.pi / 2, 0.3], [0.4, -np.pi / 2, 0.3]]))
    np.testing.assert_allclose(euler_rotation("ZXY", zxy_angles_over_time(rotation)), rotation, atol=1e-9)
