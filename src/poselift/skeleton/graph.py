"""The graph of a skeleton and the neighbourhoods that a locally connected network works on."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool

from poselift.errors import ShapeError
from poselift.skeleton.skeleton import Skeleton


def adjacency(skeleton: Skeleton, *, extra_edges: bool = True) -> Bool[np.ndarray, "joints joints"]:
    """Symmetric adjacency of the bones, and of the skeleton's extra edges unless told otherwise; empty diagonal."""
    matrix = np.zeros((len(skeleton), len(skeleton)), dtype=bool)
    pairs = skeleton.bones + (skeleton.extra_edges if extra_edges else ())
    for a, b in pairs:
        matrix[skeleton.index(a), skeleton.index(b)] = True
    return matrix | matrix.T


def hop_distance(adjacent: Bool[np.ndarray, "joints joints"]) -> np.ndarray:
    """Number of edges on the shortest path between joints, (J, J) int; -1 where there is no path."""
    n = len(adjacent)
    distance = np.full((n, n), -1)
    reached = np.eye(n, dtype=bool)
    for hops in range(n):
        distance[reached & (distance < 0)] = hops
        reached = reached | (reached.astype(int) @ adjacent > 0)
    return distance


def hop_mask(adjacent: Bool[np.ndarray, "joints joints"], hops: int) -> Bool[np.ndarray, "joints joints"]:
    """Which joint feeds which: `mask[i, j]` is true where j lies within `hops` edges of i.

    This is ((A + I)^hops != 0) of Ci et al. 2019, section 3.2 (`knn` in their code).

    Raises:
        ShapeError: `hops` is negative.
    """
    if hops < 0:
        raise ShapeError(f"hops: expected 0 or more, got {hops}")
    distance = hop_distance(adjacent)
    mask: np.ndarray = (distance >= 0) & (distance <= hops)
    return mask
