from typing import get_args

import numpy as np
import pytest

from poselift.errors import RecipeError, ShapeError
from poselift.skeleton import H36M_17, SKELETONS, adjacency, hop_distance, hop_mask
from poselift.skeleton.graph import (
    GRAPHS,
    GraphName,
    graph_adjacency,
    laplacian_mask,
    limbs,
    mean_limb_lengths,
    normalised_by_degree,
    random_adjacency,
    space_time_mask,
)

# The graph of the released LCN code; 1-7, 4-7, 7-11 and 7-14 are no bones.
SEED_EDGES = "0-1 0-4 0-7 1-2 1-7 2-3 4-5 4-7 5-6 7-8 7-11 7-14 8-9 8-11 8-14 9-10 11-12 12-13 14-15 15-16"
# Its tools/random_graph.py after random.seed(146), for 17 joints and 20 edges, run with Python 3.6 to 3.10; from 3.11
# on it fails, for it samples from a set, and a set of small integers is in ascending order.
RANDOM_EDGES = "0-1 0-14 1-6 1-9 1-11 1-12 2-5 2-10 2-11 3-10 3-13 4-7 4-10 5-9 6-13 7-14 8-14 14-15 14-16 15-16"
# Its get_laplacian_matrix for `normal_poses`, at SEED_EDGES.
LAPLACIAN = (
    "-0.3592274 -0.3549716 -0.2482152 -0.4193398 -0.2454238 -0.7033733 -0.4147295 -0.2413941 -0.6924403 -0.2147395 "
    "-0.2214375 -0.2064073 -0.3739859 -0.2828921 -0.2757102 -0.6935295 -0.3778517 -0.6925110 -0.3688053 -0.6532176"
)


def pairs(text):
    return [tuple(int(j) for j in edge.split("-")) for edge in text.split()]


def normal_poses(count=50):
    return np.random.default_rng(0).normal(size=(count, 17, 3)) * np.arange(1, 18)[:, None]


def test_the_graph_of_human36m_is_the_originals():
    assert limbs(graph_adjacency(H36M_17, "lcn")) == pairs(SEED_EDGES)
    no_bones = {(1, 7), (4, 7), (7, 11), (7, 14)}
    assert set(limbs(graph_adjacency(H36M_17, "bones"))) == set(pairs(SEED_EDGES)) - no_bones


def test_a_random_graph_is_the_one_that_the_seed_draws():
    assert limbs(graph_adjacency(H36M_17, "random", edges=20, seed=146)) == pairs(RANDOM_EDGES)


@pytest.mark.parametrize(("joints", "edges"), [(1, 0), (2, 1), (17, 16), (17, 40), (17, 136), (33, 60)])
def test_a_random_graph_is_connected_and_has_as_many_edges_as_asked(joints, edges):
    graphs = [random_adjacency(joints, edges, seed) for seed in (0, 0, 1)]
    for graph in graphs:
        assert len(limbs(graph)) == edges
        assert (hop_distance(graph) >= 0).all()
        np.testing.assert_array_equal(graph, graph.T)
        assert not np.diagonal(graph).any()
    np.testing.assert_array_equal(graphs[0], graphs[1])
    if 16 <= edges < joints * (joints - 1) // 2:
        assert (graphs[0] != graphs[2]).any()


@pytest.mark.parametrize("edges", [-1, 15, 137])
def test_an_impossible_number_of_edges_is_refused(edges):
    with pytest.raises(ShapeError, match=f"edges: expected 16 to 136 for 17 joints, got {edges}"):
        graph_adjacency(H36M_17, "random", edges=edges)


def test_an_unknown_graph_is_named():
    assert get_args(GraphName) == tuple(GRAPHS)
    with pytest.raises(RecipeError, match="'tree'") as error:
        graph_adjacency(H36M_17, "tree")
    assert all(name in error.value.hint for name in GRAPHS)


def test_the_laplacian_is_the_originals():
    adjacent = adjacency(H36M_17)
    mask = laplacian_mask(adjacent, mean_limb_lengths(normal_poses(), adjacent))
    expected = [float(number) for number in LAPLACIAN.split()]
    np.testing.assert_allclose([mask[limb] for limb in limbs(adjacent)], expected, rtol=0, atol=2e-7)
    np.testing.assert_array_equal(mask != 0, adjacent)


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
@pytest.mark.parametrize("graph", ["lcn", "bones"])
def test_eigenvalues_of_a_laplacian_lie_between_minus_one_and_one_and_units_are_free(skeleton, graph):
    adjacent = graph_adjacency(skeleton, graph)
    lengths = np.random.default_rng(1).uniform(50, 500, len(limbs(adjacent)))
    mask = laplacian_mask(adjacent, lengths)
    values = np.linalg.eigvalsh(mask)
    assert values[0] == pytest.approx(-1)
    assert values[-1] <= 1 + 1e-12
    np.testing.assert_allclose(laplacian_mask(adjacent, lengths / 1000), mask, rtol=1e-12)


def test_a_limb_is_as_long_as_it_is_on_average():
    adjacent = adjacency(H36M_17)
    poses = normal_poses(7)
    by_hand = [np.mean([np.sqrt(((pose[a] - pose[b]) ** 2).sum()) for pose in poses]) for a, b in pairs(SEED_EDGES)]
    np.testing.assert_allclose(mean_limb_lengths(poses, adjacent), by_hand, rtol=1e-12)
    with pytest.raises(ShapeError, match="at least one pose"):
        mean_limb_lengths(poses[:0], adjacent)


@pytest.mark.parametrize(
    ("lengths", "words"),
    [([1.0] * 19, "expected 20, .*got 19"), ([0.0] * 20, "positive"), ([1.0] * 19 + [np.nan], "finite")],
)
def test_lengths_that_are_not_one_for_each_edge_are_refused(lengths, words):
    with pytest.raises(ShapeError, match=f"limb_lengths: .*{words}"):
        laplacian_mask(adjacency(H36M_17), np.array(lengths))


@pytest.mark.parametrize(("hops", "pairs"), [(1, 57), (2, 111), (3, 175), (4, 237), (6, 289)])
def test_neighbourhoods_of_human36m_have_the_published_sizes(hops, pairs):
    assert hop_mask(adjacency(H36M_17), hops).sum() == pairs


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
@pytest.mark.parametrize("hops", [0, 1, 2, 3, 5])
def test_a_mask_is_the_power_of_the_adjacency_that_the_paper_writes(skeleton, hops):
    adjacent = adjacency(skeleton)
    power = np.linalg.matrix_power(adjacent.astype(np.int64) + np.eye(len(skeleton), dtype=np.int64), hops)
    np.testing.assert_array_equal(hop_mask(adjacent, hops), power != 0)


def test_no_hops_leave_each_joint_alone():
    np.testing.assert_array_equal(hop_mask(adjacency(H36M_17), 0), np.eye(17, dtype=bool))


def test_relabelling_joints_permutes_the_mask():
    adjacent = adjacency(H36M_17)
    order = np.random.default_rng(3).permutation(17)
    relabelled = adjacent[np.ix_(order, order)]
    for hops in (1, 2, 3):
        expected = hop_mask(adjacent, hops)[np.ix_(order, order)]
        np.testing.assert_array_equal(hop_mask(relabelled, hops), expected)


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
def test_the_graph_is_its_own_mirror_image(skeleton):
    flip = skeleton.flip_permutation
    adjacent = adjacency(skeleton)
    np.testing.assert_array_equal(adjacent[np.ix_(flip, flip)], adjacent)
    np.testing.assert_array_equal(adjacent, adjacent.T)


def test_distances_obey_the_triangle_inequality():
    distance = hop_distance(adjacency(H36M_17))
    assert (distance[:, None, :] <= distance[:, :, None] + distance[None, :, :]).all()
    assert (np.diagonal(distance) == 0).all()


def test_joints_without_a_path_are_never_neighbours():
    adjacent = np.zeros((4, 4), dtype=bool)
    adjacent[0, 1] = adjacent[1, 0] = adjacent[2, 3] = adjacent[3, 2] = True
    assert hop_distance(adjacent)[0, 2] == -1
    assert not hop_mask(adjacent, 99)[0, 2]


def test_negative_hops_are_refused():
    with pytest.raises(ShapeError, match="-1"):
        hop_mask(adjacency(H36M_17), -1)


def test_a_frame_away_leaves_fewer_hops():
    adjacent = adjacency(H36M_17)
    mask = space_time_mask(adjacent, 3, np.array([2, 0, 1, 4])).reshape(4, 17, 17)
    for frame, hops in ((0, 1), (1, 3), (2, 2)):
        np.testing.assert_array_equal(mask[frame], hop_mask(adjacent, hops))
    assert not mask[3].any()
    with pytest.raises(ShapeError, match="hops: expected 0 or more"):
        space_time_mask(adjacent, -1, np.zeros(1, dtype=int))


def test_neighbours_weigh_by_the_degrees_of_both():
    chain = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=bool)
    root = 0.5**0.5
    np.testing.assert_allclose(normalised_by_degree(chain), [[0, root, 0], [root, 0, root], [0, root, 0]])
    assert not normalised_by_degree(np.zeros((3, 3), dtype=bool)).any()
