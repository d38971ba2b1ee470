"""Which joint feeds which, and that shared weights treat both sides of the body alike."""

from __future__ import annotations

import pytest
import torch

from poselift.errors import RecipeError
from poselift.models.lcn_config import LCNConfig
from poselift.models.masks import SideSharing, neighbour_matrix, network_graph
from poselift.skeleton import H36M_17, hop_distance
from poselift.skeleton.graph import limbs


@pytest.mark.parametrize("hops", [0, 1, 3, 6])
def test_joints_feed_those_within_so_many_hops(hops):
    config = LCNConfig(hops=hops)
    near = torch.from_numpy(hop_distance(network_graph(config, H36M_17)) <= hops)
    assert torch.equal(neighbour_matrix(config, H36M_17) > 0, near)


def test_the_laplacian_needs_a_length_for_each_limb():
    count = len(limbs(network_graph(LCNConfig(), H36M_17)))
    given = neighbour_matrix(LCNConfig(neighbourhood="laplacian", limb_lengths=(1.0,) * count), H36M_17)
    assert torch.equal(given.diagonal(), torch.zeros(17))
    assert torch.equal(given != 0, torch.from_numpy(network_graph(LCNConfig(), H36M_17)).fill_diagonal_(False))
    with pytest.raises(RecipeError, match=f"model.limb_lengths: expected {count}, one for each edge .*, got 2"):
        neighbour_matrix(LCNConfig(neighbourhood="laplacian", limb_lengths=(1.0, 1.0)), H36M_17)


def test_a_random_graph_that_cannot_be_is_a_matter_of_the_recipe():
    with pytest.raises(RecipeError, match=r"model\.graph_edges"):
        network_graph(LCNConfig(graph="random", graph_edges=500), H36M_17)


def test_what_is_shared_is_the_same_on_both_sides_and_stays_when_shared_again():
    sharing, flip = SideSharing(H36M_17), torch.from_numpy(H36M_17.flip_permutation.copy())
    joints, pairs, mask = torch.randn(17, 4), torch.randn(17, 2, 17, 3), torch.randn(17, 17)
    shared = sharing.of_joints(joints), sharing.of_pairs(pairs), sharing.of_mask(mask)
    assert torch.equal(shared[0][flip], shared[0])
    assert torch.equal(shared[1][flip][:, :, flip], shared[1])
    assert torch.equal(shared[2][flip][:, flip], shared[2])
    assert torch.equal(sharing.of_joints(shared[0]), shared[0])
    assert torch.equal(sharing.of_pairs(shared[1]), shared[1])
    middle = H36M_17.index("spine")
    assert torch.equal(shared[0][middle], joints[middle])
