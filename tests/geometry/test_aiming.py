"""Rotations that aim do so, and stay rotations where there is nothing to aim at."""

from __future__ import annotations

import numpy as np

from poselift.geometry.aiming import any_across, axes_of, directions, held, last_known, smallest_rotation


def units(n=50, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(n, 3))
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def assert_rotations(matrices):
    np.testing.assert_allclose(
        matrices @ matrices.transpose(0, 2, 1), np.broadcast_to(np.eye(3), matrices.shape), atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(matrices), 1)


def test_the_smallest_rotation_leads_there_and_turns_no_further_than_the_angle_between():
    start, end = units(seed=1), units(seed=2)
    rotation = smallest_rotation(start, end)
    assert_rotations(rotation)
    np.testing.assert_allclose(np.einsum("fij,fj->fi", rotation, start), end, atol=1e-12)
    cosine = (np.trace(rotation, axis1=1, axis2=2) - 1) / 2
    np.testing.assert_allclose(cosine, (start * end).sum(axis=-1), atol=1e-12)


def test_opposite_directions_are_half_a_turn_apart():
    start = np.concatenate([units(), np.eye(3)])
    rotation = smallest_rotation(start, -start)
    assert_rotations(rotation)
    np.testing.assert_allclose(np.einsum("fij,fj->fi", rotation, start), -start, atol=1e-12)


def test_axes_begin_with_the_direction_and_lean_to_the_other():
    along, aside = units(seed=1), units(seed=2)
    axes = axes_of(along, aside)
    assert_rotations(axes)
    np.testing.assert_allclose(axes[..., 0], along)
    assert ((axes[..., 1] * aside).sum(axis=-1) > 0).all()
    np.testing.assert_allclose((axes[..., 2] * aside).sum(axis=-1), 0, atol=1e-12)


def test_where_nothing_is_aside_the_frame_before_is_kept():
    along = np.tile([1.0, 0, 0], (4, 1))
    aside = np.array([[0.0, 1, 0], [2, 0, 0], [0, 0, 0], [0, 0, 3]])
    np.testing.assert_array_equal(axes_of(along, aside)[:3, :, 1], np.tile([0.0, 1, 0], (3, 1)))
    assert_rotations(axes_of(along, np.zeros((4, 3))))


def test_what_is_across_is_of_length_one_and_across():
    along = np.concatenate([units(), np.eye(3)])
    across = any_across(along)
    np.testing.assert_allclose((across * along).sum(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(across, axis=-1), 1)


def test_a_vector_without_length_has_the_direction_that_it_had():
    vectors = np.array([[0.0, 0, 0], [0, 2, 0], [0, 0, 0], [0, 0, 5]])
    found = directions(vectors, np.array([1.0, 0, 0]))
    np.testing.assert_array_equal(found, [[0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(directions(np.zeros((2, 3)), np.array([1.0, 0, 0])), [[1, 0, 0], [1, 0, 0]])


def test_what_is_not_known_is_as_it_was_and_before_the_first_as_that():
    known = np.array([False, True, False, True, False])
    np.testing.assert_array_equal(last_known(known), [1, 1, 1, 3, 3])
    np.testing.assert_array_equal(held(np.arange(5.0)[:, None], known, np.zeros(1))[:, 0], [1, 1, 1, 3, 3])
