import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.skeleton import H36M_17, SKELETONS, adjacency, hop_distance, hop_mask

# The graph of the released LCN code; 1-7, 4-7, 7-11 and 7-14 are no bones.
SEED_EDGES = "0-1 0-4 0-7 1-2 1-7 2-3 4-5 4-7 5-6 7-8 7-11 7-14 8-9 8-11 8-14 9-10 11-12 12-13 14-15 15-16"


def edges_of(adjacent):
    return {(int(a), int(b)) for a, b in np.argwhere(np.triu(adjacent))}


def test_the_graph_of_human36m_is_the_seeds():
    expected = {tuple(int(j) for j in edge.split("-")) for edge in SEED_EDGES.split()}
    assert edges_of(adjacency(H36M_17)) == expected
    assert edges_of(adjacency(H36M_17, extra_edges=False)) == expected - {(1, 7), (4, 7), (7, 11), (7, 14)}


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
