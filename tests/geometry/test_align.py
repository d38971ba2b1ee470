import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poselift.errors import ShapeError
from poselift.geometry import axis_rotation, procrustes_aligned, procrustes_aligned_both, vector_rotation

seeds = st.integers(0, 10_000)
MIRROR = np.diag([-1.0, 1, 1])


def a_pose(seed=0, n=4):
    return np.random.default_rng(seed).normal(size=(n, 17, 3)) * 300


def similarity(seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.2, 5), vector_rotation(rng.normal(size=3)), rng.normal(size=3) * 1000


def distance(a, b):
    return np.linalg.norm(a - b, axis=-1)


@given(seeds)
def test_a_known_similarity_is_undone(seed):
    target = a_pose(seed)
    factor, rotation, move = similarity(seed)
    np.testing.assert_allclose(procrustes_aligned(factor * target @ rotation + move, target), target, atol=1e-8)


@given(seeds)
def test_where_the_prediction_stood_does_not_matter(seed):
    predicted, target = a_pose(seed), a_pose(seed + 1)
    factor, rotation, move = similarity(seed)
    moved = procrustes_aligned(factor * predicted @ rotation + move, target)
    np.testing.assert_allclose(moved, procrustes_aligned(predicted, target), atol=1e-7)


@given(seeds)
def test_moving_the_target_moves_the_result(seed):
    predicted, target = a_pose(seed), a_pose(seed + 1)
    factor, rotation, move = similarity(seed)
    moved = procrustes_aligned(predicted, factor * target @ rotation + move)
    expected = factor * procrustes_aligned(predicted, target) @ rotation + move
    np.testing.assert_allclose(moved, expected, atol=1e-7)


def test_no_small_change_of_the_result_fits_better():
    predicted, target = a_pose(1), a_pose(2)
    aligned = procrustes_aligned(predicted, target)
    middle = aligned.mean(axis=-2, keepdims=True)

    def cost(joints):
        return (distance(joints, target) ** 2).sum(axis=-1)

    for axis in "XYZ":
        for angle in (-0.01, 0.01):
            assert (cost((aligned - middle) @ axis_rotation(axis, angle) + middle) > cost(aligned)).all()
    for factor in (0.99, 1.01):
        assert (cost((aligned - middle) * factor + middle) > cost(aligned)).all()


def test_without_scale_the_size_stays():
    predicted, target = a_pose(1), a_pose(2) * 3
    aligned = procrustes_aligned(predicted, target, scale=False)
    np.testing.assert_allclose(distance(aligned[:, 0], aligned[:, 9]), distance(predicted[:, 0], predicted[:, 9]))
    assert np.abs(aligned - procrustes_aligned(predicted, target)).max() > 1


def test_a_mirror_image_is_another_pose_unless_reflections_are_allowed():
    target = a_pose()
    np.testing.assert_allclose(procrustes_aligned(target @ MIRROR, target, reflection=True), target, atol=1e-9)
    assert distance(procrustes_aligned(target @ MIRROR, target), target).mean() > 50


def test_where_no_reflection_is_needed_allowing_it_changes_nothing():
    target = a_pose()
    predicted = target + np.random.default_rng(1).normal(size=target.shape)
    np.testing.assert_allclose(
        procrustes_aligned(predicted, target, reflection=True), procrustes_aligned(predicted, target)
    )


@pytest.mark.parametrize("scale", [False, True])
def test_each_answer_is_the_best_of_all_turns_about_the_singular_axes(scale):
    predicted, target = a_pose(1, n=40), a_pose(2, n=40)
    proper, free = procrustes_aligned_both(predicted, target, scale=scale)
    assert (proper != free).any(axis=(1, 2)).sum() in range(5, 36)
    flips = [np.diag([1 - 2 * a, 1 - 2 * b, 1 - 2 * c]) for a, b, c in np.ndindex(2, 2, 2)]
    for n in range(len(predicted)):
        middle = target[n].mean(axis=0)
        x, y = predicted[n] - predicted[n].mean(axis=0), target[n] - middle
        u, _, vt = np.linalg.svd(x.T @ y)
        turns = [u @ flip @ vt for flip in flips]
        for answer, allowed in ((free, turns), (proper, [r for r in turns if np.linalg.det(r) > 0])):
            best = max(allowed, key=lambda r: ((x @ r) * y).sum())
            factor = ((x @ best) * y).sum() / (x * x).sum() if scale else 1
            np.testing.assert_allclose(answer[n], factor * x @ best + middle, atol=1e-9)


@pytest.mark.parametrize("scale", [False, True])
def test_flatter_and_flatter_sets_are_aligned_as_exactly_as_by_an_svd(scale):
    thickness = 10.0 ** np.random.default_rng(5).uniform(-9, 0, (400, 1, 3))
    predicted, target = a_pose(1, n=400) * thickness, a_pose(2, n=400) * thickness
    middle = target.mean(axis=-2, keepdims=True)
    x, y = predicted - predicted.mean(axis=-2, keepdims=True), target - middle
    u, s, vt = np.linalg.svd(np.swapaxes(x, -1, -2) @ y)
    factor = s.sum(axis=-1) / (x * x).sum(axis=(-2, -1)) if scale else np.ones(400)
    expected = factor[:, None, None] * x @ (u @ vt) + middle
    free = procrustes_aligned_both(predicted, target, scale=scale)[1]
    np.testing.assert_allclose(free, expected, atol=1e-8)
    assert distance(free, expected).mean() < 1e-11


@pytest.mark.parametrize("reflection", [False, True])
@pytest.mark.parametrize("rank", [1, 2])
def test_flat_and_straight_sets_are_aligned_too(rank, reflection):
    target = a_pose()
    target[..., rank:] = 0
    factor, rotation, move = similarity(3)
    aligned = procrustes_aligned(factor * target @ rotation + move, target, reflection=reflection)
    np.testing.assert_allclose(aligned, target, atol=1e-8)


def test_a_set_that_is_one_point_is_moved_to_the_middle():
    """Whatever the point: the mean of equal numbers is not always that number."""
    target = a_pose(n=500) + 500
    places = np.random.default_rng(0).normal(size=(500, 1, 3)) * 10.0 ** np.arange(-2, 3).repeat(100)[:, None, None]
    places[0] = 0
    aligned = procrustes_aligned(np.broadcast_to(places, target.shape), target)
    np.testing.assert_allclose(aligned, np.broadcast_to(target.mean(axis=-2, keepdims=True), target.shape), atol=1e-6)


def test_a_target_that_is_one_point_is_met():
    aligned = procrustes_aligned(a_pose(), np.full((4, 17, 3), 7.0))
    np.testing.assert_allclose(aligned, 7, atol=1e-9)


def test_float32_is_aligned_in_float64():
    predicted, target = a_pose(1).astype(np.float32), a_pose(2).astype(np.float32)
    aligned = procrustes_aligned(predicted, target)
    assert aligned.dtype == np.float64
    np.testing.assert_allclose(aligned, procrustes_aligned(predicted.astype(float), target.astype(float)))


def test_missing_numbers_are_refused():
    predicted = a_pose()
    predicted[2, 3] = np.nan
    for pair in ((predicted, a_pose()), (a_pose(), predicted)):
        with pytest.raises(ShapeError, match="finite") as caught:
            procrustes_aligned(*pair)
        assert caught.value.hint


@pytest.mark.usefixtures("unchecked_shapes")
def test_sets_of_different_shape_are_refused():
    with pytest.raises(ShapeError, match=r"target: expected .*\(4, 17, 3\), got \(4, 16, 3\)"):
        procrustes_aligned(a_pose(), a_pose()[:, :16])
