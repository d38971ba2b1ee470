import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from poselift.errors import GeometryError, ShapeError
from poselift.geometry import (
    axis_rotation,
    euler_rotation,
    quaternion_rotation,
    rotated,
    rotation_onto_z,
    unit_vectors,
    vector_rotation,
)

angles = st.floats(-7, 7, allow_subnormal=False)
vectors = arrays(float, (3, 3), elements=st.floats(-3, 3, allow_subnormal=False))


def assert_proper(rotation):
    identity = np.broadcast_to(np.eye(3), rotation.shape)
    np.testing.assert_allclose(rotation @ np.swapaxes(rotation, -1, -2), identity, atol=1e-10)
    np.testing.assert_allclose(np.linalg.det(rotation), 1)


@given(st.sampled_from("XYZ"), angles, angles)
def test_turns_about_one_axis_add_up(axis, a, b):
    np.testing.assert_allclose(
        axis_rotation(axis, a) @ axis_rotation(axis, b), axis_rotation(axis, a + b), atol=1e-12
    )
    assert_proper(axis_rotation(axis, a))


@pytest.mark.parametrize(("axis", "start", "end"), [("X", 1, 2), ("Y", 2, 0), ("Z", 0, 1)])
def test_a_quarter_turn_is_right_handed(axis, start, end):
    np.testing.assert_allclose(axis_rotation(axis, np.pi / 2) @ np.eye(3)[start], np.eye(3)[end], atol=1e-15)


def test_euler_angles_multiply_in_the_written_order():
    a, b, c = 0.3, -0.8, 1.1
    expected = axis_rotation("Z", a) @ axis_rotation("Y", b) @ axis_rotation("X", c)
    np.testing.assert_allclose(euler_rotation("ZYX", np.array([a, b, c])), expected)
    assert np.abs(euler_rotation("XYZ", np.array([c, b, a])) - expected).max() > 0.1


def test_many_angles_turn_at_once():
    many = np.random.default_rng(0).uniform(-3, 3, (4, 5, 2))
    rotation = euler_rotation("XZ", many)
    np.testing.assert_allclose(rotation[2, 3], euler_rotation("XZ", many[2, 3]))


@given(vectors)
def test_a_vector_turns_about_itself_and_its_negative_turns_back(vector):
    rotation = vector_rotation(vector)
    assert_proper(rotation)
    np.testing.assert_allclose((rotation @ vector[..., None])[..., 0], vector, atol=1e-10)
    np.testing.assert_allclose(vector_rotation(-vector), np.swapaxes(rotation, -1, -2), atol=1e-12)


@pytest.mark.parametrize("angle_rad", [0.0, 1e-9, 1e-4, 0.7, np.pi])
def test_a_vector_along_an_axis_is_a_turn_about_it(angle_rad):
    for i, axis in enumerate("XYZ"):
        np.testing.assert_allclose(
            vector_rotation(np.eye(3)[i] * angle_rad), axis_rotation(axis, angle_rad), atol=1e-14
        )


@given(arrays(float, (4, 3), elements=st.floats(-1, 1, allow_subnormal=False)))
def test_the_rotation_onto_z_is_the_smallest_one(direction):
    direction[..., 2] += 2
    rotation = rotation_onto_z(direction)
    assert_proper(rotation)
    unit = direction / np.linalg.norm(direction, axis=-1, keepdims=True)
    np.testing.assert_allclose((rotation @ unit[..., None])[..., 0], np.broadcast_to([0, 0, 1.0], (4, 3)), atol=1e-12)
    # The trace is 1 + 2 cos(angle), and no rotation onto z turns by less than the angle between the two.
    np.testing.assert_allclose(np.trace(rotation, axis1=-2, axis2=-1), 1 + 2 * unit[..., 2], atol=1e-12)


@pytest.mark.parametrize("direction", [[0.0, 0, 0], [0, 0, -2]])
def test_a_direction_without_a_smallest_rotation_is_an_error(direction):
    with pytest.raises(GeometryError, match="direction"):
        rotation_onto_z(np.array([[1.0, 0, 0], direction]))


def test_an_unknown_axis_and_a_wrong_number_of_angles_are_errors():
    with pytest.raises(GeometryError, match="'W'"):
        euler_rotation("XW", np.zeros(2))
    with pytest.raises(ShapeError, match=r"angles_rad: expected shape \(\.\.\., 3\), got \(5, 2\)"):
        euler_rotation("XYZ", np.zeros((5, 2)))


@given(vectors)
def test_a_quaternion_turns_by_twice_the_angle_of_its_half(rotation_vector):
    angle = np.linalg.norm(rotation_vector, axis=-1, keepdims=True)
    half = np.concatenate([np.cos(angle / 2), np.sinc(angle / 2 / np.pi) / 2 * rotation_vector], axis=-1)
    np.testing.assert_allclose(quaternion_rotation(half), vector_rotation(rotation_vector), atol=1e-12)
    np.testing.assert_allclose(quaternion_rotation(-3 * half), vector_rotation(rotation_vector), atol=1e-12)


@pytest.mark.parametrize("each", [(), (1,), (5,), (4, 3), (20000,), (0,)])
def test_vectors_are_rotated_each_row_by_its_own(each):
    rng = np.random.default_rng(0)
    rotation, vectors = vector_rotation(rng.normal(size=(7, 3))), rng.normal(size=(7, *each, 3))
    expected = np.array([row @ matrix.T for row, matrix in zip(vectors, rotation, strict=True)])
    np.testing.assert_allclose(rotated(rotation, vectors), expected, atol=1e-14)
    assert rotated(rotation[:0], vectors[:0]).shape == (0, *each, 3)


def test_unit_vectors_have_length_1_unless_they_have_none():
    draw = np.random.default_rng(0).normal(size=(2, 5, 3))
    draw[0, 0] = 0
    found = unit_vectors(draw)
    lengths = np.linalg.norm(found, axis=-1)
    assert lengths[0, 0] == 0
    np.testing.assert_allclose(np.delete(lengths.ravel(), 0), 1)
    np.testing.assert_allclose(np.cross(found, draw), 0, atol=1e-12)
