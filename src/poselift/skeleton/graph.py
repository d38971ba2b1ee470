"""The graph of a skeleton and the neighbourhoods that a locally connected network works on."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int

from poselift.errors import RecipeError, ShapeError
from poselift.skeleton.skeleton import Skeleton

GraphName: TypeAlias = Literal["lcn", "bones", "random"]


def adjacency(skeleton: Skeleton, *, extra_edges: bool = True) -> Bool[np.ndarray, "joints joints"]:
    """Symmetric adjacency of the bones, and of the skeleton's extra edges unless told otherwise; empty diagonal."""
    matrix = np.zeros((len(skeleton), len(skeleton)), dtype=bool)
    pairs = skeleton.bones + (skeleton.extra_edges if extra_edges else ())
    for a, b in pairs:
        matrix[skeleton.index(a), skeleton.index(b)] = True
    return matrix | matrix.T


def random_adjacency(joints: int, edges: int, seed: int) -> Bool[np.ndarray, "joints joints"]:
    """A connected random graph: a spanning tree by a random walk, then random pairs of joints.

    It draws what lcn-pose's `tools/random_graph.py` draws after `random.seed(seed)`, so its graphs are the same.

    Raises:
        ShapeError: fewer edges than connect the joints, or more than there are pairs.
    """
    least, most = joints - 1, joints * (joints - 1) // 2
    if not least <= edges <= most:
        raise ShapeError(f"edges: expected {least} to {most} for {joints} joints, got {edges}")
    draw = random.Random(seed)
    matrix = np.zeros((joints, joints), dtype=bool)
    # `sample` rather than `choice`: the two do not draw alike.
    here = draw.sample(range(joints), 1)[0]
    visited = {here}
    while len(visited) < joints:
        there = draw.sample(range(joints), 1)[0]
        if there not in visited:
            matrix[here, there] = matrix[there, here] = True
            visited.add(there)
        here = there
    while matrix.sum() < 2 * edges:
        a, b = draw.sample(range(joints), 2)
        matrix[a, b] = matrix[b, a] = True
    return matrix


# name -> adjacency of a skeleton, given how many edges and which random seed a random graph shall have
GRAPHS: dict[str, Callable[[Skeleton, int, int], Bool[np.ndarray, "joints joints"]]] = {
    "lcn": lambda skeleton, edges, seed: adjacency(skeleton),
    "bones": lambda skeleton, edges, seed: adjacency(skeleton, extra_edges=False),
    "random": lambda skeleton, edges, seed: random_adjacency(len(skeleton), edges, seed),
}


def graph_adjacency(
    skeleton: Skeleton, name: str, *, edges: int = 20, seed: int = 146
) -> Bool[np.ndarray, "joints joints"]:
    """Symmetric adjacency of a graph of `GRAPHS`: "lcn" the bones and the skeleton's extra edges, "bones" the bones
    alone, "random" a connected graph of so many edges that has nothing to do with the body.

    Raises:
        RecipeError: there is no such graph.
        ShapeError: a random graph of so many edges is impossible.
    """
    if name not in GRAPHS:
        raise RecipeError(f"unknown graph {name!r}", f"known: {', '.join(GRAPHS)}")
    return GRAPHS[name](skeleton, edges, seed)


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


def space_time_mask(
    adjacent: Bool[np.ndarray, "joints joints"], hops: int, away: Int[np.ndarray, " frames"]
) -> Bool[np.ndarray, "frames_joints joints"]:
    """Which joint of some frames (row, frame after frame) feeds which joint of one frame (column).

    Args:
        hops: size of the neighbourhood.
        away: (T,) hops that each frame is away from that one; a joint feeds those that are within the hops left.

    Raises:
        ShapeError: `hops` is negative.
    """
    if hops < 0:
        raise ShapeError(f"hops: expected 0 or more, got {hops}")
    distance = hop_distance(adjacent)
    reached: np.ndarray = (distance >= 0) & (distance + away[:, None, None] <= hops)
    return reached.reshape(-1, len(adjacent))


def normalised_by_degree(edges: Bool[np.ndarray, "nodes nodes"]) -> Float[np.ndarray, "nodes nodes"]:
    """D^-1/2 A D^-1/2: of each edge 1 over the root of the product of its nodes' degrees, which are sums of rows.

    As in Kipf and Welling, "Semi-Supervised Classification with Graph Convolutional Networks", ICLR 2017.
    """
    root = np.sqrt(np.maximum(edges.sum(axis=1), 1))
    normalised: np.ndarray = edges / np.outer(root, root)
    return normalised


def limbs(adjacent: Bool[np.ndarray, "joints joints"]) -> list[tuple[int, int]]:
    """The edges of a graph in the order that lengths of limbs come in: by first, then by second joint."""
    return [(int(a), int(b)) for a, b in np.argwhere(np.triu(adjacent))]


def mean_limb_lengths(
    joints: Float[np.ndarray, "poses joints axes"], adjacent: Bool[np.ndarray, "joints joints"]
) -> Float[np.ndarray, " edges"]:
    """Mean length of each edge of the graph over all poses, in the unit of `joints`, ordered as `limbs`.

    Raises:
        ShapeError: there is no pose.
    """
    if not len(joints):
        raise ShapeError("joints: expected at least one pose, got none")
    # One limb at a time: all differences together would be as large as the dataset.
    means = [np.linalg.norm(joints[:, a] - joints[:, b], axis=-1).mean(dtype=np.float64) for a, b in limbs(adjacent)]
    return np.array(means, dtype=np.float64)


def laplacian_mask(
    adjacent: Bool[np.ndarray, "joints joints"], limb_lengths: Float[np.ndarray, " edges"]
) -> Float[np.ndarray, "joints joints"]:
    """The normalised Laplacian of the graph, rescaled to eigenvalues of -1 to 1, whose short limbs weigh most.

    A limb of length l weighs exp(-(l / (mean + std))^2), so the unit is of no matter. Its diagonal is 0: no joint
    feeds itself. As `get_laplacian_matrix` of lcn-pose, after Defferrard et al. 2016, section 2.1.

    Raises:
        ShapeError: the lengths are not one positive number for each edge.
    """
    edges = limbs(adjacent)
    if len(limb_lengths) != len(edges):
        raise ShapeError(f"limb_lengths: expected {len(edges)}, one for each edge, got {len(limb_lengths)}")
    if not (np.isfinite(limb_lengths) & (limb_lengths > 0)).all():
        raise ShapeError("limb_lengths: expected positive finite numbers")
    relative = limb_lengths / (limb_lengths.mean() + limb_lengths.std())
    weights = np.zeros(adjacent.shape)
    for (a, b), weight in zip(edges, np.exp(-np.square(relative)), strict=True):
        weights[a, b] = weights[b, a] = weight
    degree = weights.sum(axis=0)
    root = np.sqrt(np.where(degree > 0, degree, 1.0))
    # L = I - D^-1/2 A D^-1/2; its eigenvalues are at most 2, and 2 L / 2 - I leaves the second term.
    mask: np.ndarray = -weights / np.outer(root, root)
    return mask
