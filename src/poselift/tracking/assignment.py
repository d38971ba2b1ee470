"""Who goes with whom: the pairing of rows and columns of least total cost.

Shortest augmenting paths (Jonker and Volgenant 1987, in the form of Crouse 2016), as in scipy's
`linear_sum_assignment`, which lifting a video should not need to install: see docs/decisions/0017.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def pairs_of_least_cost(cost: Float[np.ndarray, "rows columns"]) -> list[tuple[int, int]]:
    """The pairs (row, column), by row: as many as the shorter side is long, nobody twice, of least total cost.

    Args:
        cost: finite numbers.
    """
    if cost.shape[0] > cost.shape[1]:
        return sorted((row, column) for column, row in pairs_of_least_cost(cost.T))
    n_rows, n_columns = cost.shape
    row_of = np.full(n_columns, -1)
    of_row, of_column = np.zeros(n_rows), np.zeros(n_columns)  # the dual prices
    for row in range(n_rows):
        _augment(cost, row, row_of, of_row, of_column)
    return sorted((int(row), column) for column, row in enumerate(row_of) if row >= 0)


def pairs_worth_it(worth: Float[np.ndarray, "rows columns"], least: float) -> list[tuple[int, int]]:
    """The pairs of greatest total worth, each of more than `least`; whoever has none stays alone."""
    gain = np.maximum(worth - least, 0)
    return [(row, column) for row, column in pairs_of_least_cost(-gain) if worth[row, column] > least]


def _augment(cost: np.ndarray, start: int, row_of: np.ndarray, of_row: np.ndarray, of_column: np.ndarray) -> None:
    """Find a column for one more row, on the path on which those before give up least; changes all but the costs."""
    shortest = np.full(len(row_of), np.inf)
    came_from = np.full(len(row_of), -1)
    open_columns = np.ones(len(row_of), dtype=bool)
    path, length, row = [start], 0.0, start
    while True:
        reached = length + cost[row] - of_row[row] - of_column
        nearer = open_columns & (reached < shortest)
        shortest[nearer], came_from[nearer] = reached[nearer], row
        column = int(np.where(open_columns, shortest, np.inf).argmin())
        length = shortest[column]
        open_columns[column] = False
        if row_of[column] < 0:
            break
        row = int(row_of[column])
        path.append(row)
    closed = ~open_columns
    of_row[start] += length
    for passed in path[1:]:
        of_row[passed] += length - shortest[row_of == passed][0]
    of_column[closed] -= length - shortest[closed]
    column_of = {int(r): c for c, r in enumerate(row_of) if r >= 0}
    while True:
        row = int(came_from[column])
        row_of[column] = row
        if row == start:
            return
        column = column_of[row]
