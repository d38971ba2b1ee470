"""Systems of near unknowns are solved as numpy solves whole ones."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import GeometryError
from poselift.world.banded import banded_solution, second_differences


@pytest.mark.parametrize(("count", "width"), [(30, 9), (5, 9), (1, 3), (40, 1)])
def test_it_is_the_solution(count, width):
    rng = np.random.default_rng(count)
    lower = np.tril(rng.normal(size=(count, count)))
    lower[np.abs(np.subtract.outer(range(count), range(count))) >= width] = 0
    lower += 3 * np.eye(count)
    matrix, right = lower @ lower.T, rng.normal(size=count)
    band = np.zeros((count, width))
    for n in range(count):
        for k in range(min(width, n + 1)):
            band[n, k] = matrix[n, n - k]
    np.testing.assert_allclose(banded_solution(band, right), np.linalg.solve(matrix, right), rtol=1e-8)


def test_what_nothing_determines_is_said():
    with pytest.raises(GeometryError, match="unknown 1 is not determined"):
        banded_solution(np.array([[1.0], [0.0]]), np.ones(2))


def test_second_differences_are_exact_of_a_parabola_at_uneven_times():
    time_s = np.array([0.0, 0.1, 0.4, 0.5, 1.0])
    factors, lasts_s = second_differences(np.diff(time_s))
    thrown = 3 * time_s - 4.9 * time_s**2
    found = sum(factor * thrown[n : n + 3] for n, factor in enumerate(factors))
    np.testing.assert_allclose(found, -9.8)
    np.testing.assert_allclose(lasts_s, [0.2, 0.2, 0.3])
