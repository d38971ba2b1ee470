"""Systems of near unknowns are solved as numpy solves whole ones."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import GeometryError
from poselift.world.banded import banded_solution


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
