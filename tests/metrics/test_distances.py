"""Distances of poses, and what each way to compare does not see."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.geometry.rotation import rotation_onto_z
from poselift.metrics.distances import aligned_distances, distances, scaled_distances


@pytest.fixture
def poses():
    """Predicted and true poses (5, 17, 3), and a turn."""
    rng = np.random.default_rng(0)
    return *rng.normal(0, 300, (2, 5, 17, 3)), rotation_onto_z(rng.normal(size=3))


def test_a_distance_is_the_norm_of_the_difference(poses):
    predicted, target, turn = poses
    np.testing.assert_allclose(distances(predicted, target), np.linalg.norm(predicted - target, axis=-1))
    np.testing.assert_allclose(distances(predicted @ turn, target @ turn), distances(predicted, target))


def test_alignment_does_not_see_place_turn_and_scale_and_one_of_both_no_mirror(poses):
    predicted, target, turn = poses
    for ours, moved in zip(
        aligned_distances(predicted, target), aligned_distances(1.7 * predicted @ turn + 200, target), strict=True
    ):
        np.testing.assert_allclose(ours, moved)
    proper, free = aligned_distances(target * [-1, 1, 1], target)
    np.testing.assert_allclose(free, 0, atol=1e-9)
    assert proper.mean() > 10


def test_scaling_sees_a_turn_but_no_size_and_leaves_nothing_better(poses):
    predicted, target, turn = poses
    predicted = target + predicted / 10
    fitted = scaled_distances(predicted, target)
    np.testing.assert_allclose(scaled_distances(0.3 * predicted, target), fitted)
    assert np.abs(scaled_distances(predicted @ turn, target) - fitted).max() > 10
    squares = (fitted**2).sum(axis=-1)
    for factor in (0.9, 1.0, 1.1):
        assert (squares <= (distances(factor * predicted, target) ** 2).sum(axis=-1) + 1e-9).all()


def test_a_pose_of_one_point_cannot_be_scaled_and_stays(poses):
    _, target, _ = poses
    np.testing.assert_allclose(scaled_distances(np.zeros_like(target), target), np.linalg.norm(target, axis=-1))
