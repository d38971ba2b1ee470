"""Symmetric positive definite systems whose unknowns only meet those near to them, as frames do."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.errors import GeometryError


def banded_solution(
    band: Float[np.ndarray, "unknowns width"], right: Float[np.ndarray, "unknowns *columns"]
) -> Float[np.ndarray, "unknowns *columns"]:
    """The x of A x = right, of each column of it, by Cholesky's method; time grows with unknowns x width.

    Args:
        band: `band[n, k]` is A[n, n - k]: the diagonal, and what lies left of it.

    Raises:
        GeometryError: A is not positive definite.
    """
    count, width = band.shape
    # factor[n, k] is L[n, n - k]; zeros in front spare the first rows a case of their own.
    factor = np.zeros((count + width, width))
    solved = np.zeros((count + width, *right.shape[1:]))
    for n in range(count):
        row = factor[n + width]
        for k in range(min(width - 1, n), 0, -1):
            # L[n, n-k] = (A[n, n-k] - sum over m of L[n, m] L[n-k, m]) / L[n-k, n-k], m being left of n - k.
            above = factor[n + width - k]
            row[k] = (band[n, k] - row[k + 1 :] @ above[1 : width - k]) / above[0]
        rest = band[n, 0] - row[1:] @ row[1:]
        if not rest > 0:
            raise GeometryError(f"unknown {n} is not determined", "give it an observation")
        row[0] = np.sqrt(rest)
        solved[n + width] = (right[n] - row[1:] @ solved[n + width - 1 : n : -1][: width - 1]) / row[0]
    return _from_behind(factor, solved, width)[width:]


def _from_behind(factor: np.ndarray, solved: np.ndarray, width: int) -> np.ndarray:
    for n in range(len(solved) - 1, width - 1, -1):
        solved[n] /= factor[n, 0]
        lower = max(n - width + 1, width)
        solved[lower:n] -= np.multiply.outer(factor[n, n - lower : 0 : -1], solved[n])
    return solved


def second_differences(
    steps_s: Float[np.ndarray, " steps"],
) -> tuple[Float[np.ndarray, "3 moments"], Float[np.ndarray, " moments"]]:
    """How three values at uneven times make an acceleration, and for how long each acceleration lasts.

    It is 2 ((c - b) / t2 - (b - a) / t1) / (t1 + t2) of a, b, c, one step t1 and then another t2 apart.
    """
    before, after = steps_s[:-1], steps_s[1:]
    both = before + after
    return np.stack([2 / (before * both), -2 / (before * after), 2 / (after * both)]), both / 2
