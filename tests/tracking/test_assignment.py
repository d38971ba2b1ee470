import numpy as np
import pytest

from poselift.tracking.assignment import pairs_of_least_cost, pairs_worth_it

scipy_optimize = pytest.importorskip("scipy.optimize")


@pytest.mark.parametrize("seed", range(40))
def test_the_cost_is_that_of_scipy(seed):
    rng = np.random.default_rng(seed)
    shape = rng.integers(0, 9, 2)
    # Whole numbers have ties, of which any may be chosen.
    cost = rng.normal(size=shape) if seed % 2 else rng.integers(0, 4, shape).astype(float)
    pairs = pairs_of_least_cost(cost)
    rows, columns = scipy_optimize.linear_sum_assignment(cost)
    assert len(pairs) == len(rows)
    for side in zip(*pairs, strict=True):
        assert len(set(side)) == len(side)
    np.testing.assert_allclose(sum(cost[pair] for pair in pairs), cost[rows, columns].sum())


def test_rows_and_columns_are_alike():
    cost = np.random.default_rng(0).normal(size=(4, 7))
    turned = sorted((row, column) for column, row in pairs_of_least_cost(cost.T))
    assert pairs_of_least_cost(cost) == turned


def test_who_is_next_does_not_always_get_whom_they_want():
    """The first row would rather have column 0, but then the second would get nothing."""
    worth = np.array([[0.9, 0.8], [0.7, 0.1]])
    assert pairs_worth_it(worth, 0.2) == [(0, 1), (1, 0)]


def test_pairs_of_little_worth_are_none_and_take_nobody_from_others():
    worth = np.array([[0.5, 0.19], [0.6, 0.1]])
    assert pairs_worth_it(worth, 0.2) == [(1, 0)]
    assert pairs_worth_it(np.zeros((3, 0)), 0.2) == []
