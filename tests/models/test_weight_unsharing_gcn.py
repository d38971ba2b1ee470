"""Laws of the ways to share weights, and that they are the paper's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.errors import RecipeError
from poselift.models import create_model
from poselift.models.graph_network import bone_affinity
from poselift.models.weight_unsharing_gcn import WeightUnsharingGCNConfig, split_by_self, split_by_side
from poselift.skeleton import COCO_17, H36M_17

SHARED = ["full", "pre_aggregation", "post_aggregation"]
WAYS = [*((way, decoupled) for way in SHARED for decoupled in (True, False)), ("convolution", True), ("none", True)]
JOINTS, BONES = 17, 16


def poses(count: int = 5, channels: int = 4) -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(count, JOINTS, channels, generator=draw, dtype=torch.float64)


def convolution(sharing: str, decoupled: bool, channels: int = 4):
    torch.manual_seed(2)
    model = create_model("weight_unsharing_gcn", sharing=sharing, decoupled=decoupled, channels=channels, layers=1)
    made = model.blocks[0].first.convolution.double()
    torch.nn.init.normal_(made.bias)
    return made


def matrix_between(layer, sharing: str, decoupled: bool):
    """Which matrix takes joint j to joint i, by the formulas of the paper."""
    flat, pairs = layer.weight, np.argwhere(bone_affinity(H36M_17)).tolist()
    parent = H36M_17.parents

    def of(i: int, j: int) -> torch.Tensor:
        other = JOINTS if decoupled and i != j else 0
        if sharing == "full":
            return flat[int(decoupled and i != j)]
        if sharing == "pre_aggregation":
            return flat[other + j]
        if sharing == "post_aggregation":
            return flat[other + i]
        if sharing == "convolution":
            return flat[0 if i == j else 1 if parent[i] == j else 2]
        return flat[pairs.index([i, j])]

    return of


@torch.no_grad()
@pytest.mark.parametrize(("sharing", "decoupled"), WAYS)
def test_a_convolution_is_the_sum_over_neighbours_of_the_paper(sharing, decoupled):
    layer, x, affinity = convolution(sharing, decoupled), poses(), bone_affinity(H36M_17).astype(float)
    of = matrix_between(layer, sharing, decoupled)
    expected = [
        sum(affinity[i, j] * x[:, j] @ of(i, j) for j in range(JOINTS) if affinity[i, j] > 0) for i in range(JOINTS)
    ]
    torch.testing.assert_close(layer(x), torch.stack(expected, dim=1) + layer.bias)


@pytest.mark.parametrize(
    ("sharing", "decoupled", "matrices"),
    [
        ("full", False, 1),
        ("full", True, 2),
        ("convolution", True, 3),
        ("pre_aggregation", False, JOINTS),
        ("post_aggregation", False, JOINTS),
        ("pre_aggregation", True, 2 * JOINTS),
        ("post_aggregation", True, 2 * JOINTS),
        ("none", True, JOINTS + 2 * BONES),
    ],
)
def test_parameters_are_matrices_biases_and_norms(sharing, decoupled, matrices):
    with torch.device("meta"):
        model = create_model("weight_unsharing_gcn", sharing=sharing, decoupled=decoupled)
    hidden = 8 * 128 * 128 + 2 * 128 + 128 * 3
    count = matrices * hidden + (9 * 128 + 3) + 9 * 2 * 128
    assert sum(p.numel() for p in model.parameters()) == count


def test_the_published_size_is_that_of_decoupled_pre_aggregation_over_16_joints():
    """4.22 M is what papers that compare themselves to it give for the network of 37.8 mm."""
    with torch.device("meta"):
        best = create_model("weight_unsharing_gcn", skeleton="h36m16")
    assert (best.config.sharing, best.config.decoupled) == ("pre_aggregation", True)
    assert (best.config.channels, best.config.layers) == (128, 4)
    assert sum(p.numel() for p in best.parameters()) == 4_218_243


@torch.no_grad()
def test_full_sharing_is_the_plain_graph_convolution():
    """A X W of Kipf and Welling, with the normalised affinity of bones and self-connections."""
    layer, x = convolution("full", decoupled=False), poses()
    expected = torch.from_numpy(bone_affinity(H36M_17)).double() @ x @ layer.weight[0] + layer.bias
    torch.testing.assert_close(layer(x), expected)


@torch.no_grad()
@pytest.mark.parametrize(("sharing", "decoupled"), WAYS)
def test_equal_matrices_make_every_way_full_sharing(sharing, decoupled):
    layer, plain = convolution(sharing, decoupled), convolution("full", decoupled=False)
    layer.weight.copy_(plain.weight.expand_as(layer.weight))
    layer.bias.copy_(plain.bias)
    torch.testing.assert_close(layer(poses()), plain(poses()))


@torch.no_grad()
@pytest.mark.parametrize("sharing", ["full", "convolution"])
def test_shared_matrices_do_not_know_the_joints_apart(sharing):
    """To exchange the sides of the body of the input does so to the output, by the graph's symmetry alone."""
    model = create_model("weight_unsharing_gcn", sharing=sharing, channels=4, layers=1).double().eval()
    flip, x = H36M_17.flip_permutation.copy(), poses(channels=2)
    torch.testing.assert_close(model(x[:, flip]), model(x)[:, flip])
    own = create_model("weight_unsharing_gcn", sharing="none", channels=4, layers=1).double().eval()
    assert not torch.allclose(own(x[:, flip]), own(x)[:, flip])


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17], ids=lambda skeleton: skeleton.name)
def test_parts_of_the_affinity_are_disjoint_and_complete(skeleton):
    affinity = bone_affinity(skeleton)
    for parts in (split_by_self(affinity), split_by_side(affinity, skeleton)):
        np.testing.assert_array_equal(parts.sum(axis=0), affinity)
        assert ((parts != 0).sum(axis=0) <= 1).all()
        np.testing.assert_array_equal(parts[0], np.diag(affinity.diagonal()))
    _, nearer, farther = split_by_side(affinity, skeleton)
    np.testing.assert_array_equal(nearer != 0, (farther != 0).T)


def test_nearer_to_the_root_is_the_parent():
    _, nearer, _ = split_by_side(bone_affinity(H36M_17), H36M_17)
    for joint, parent in enumerate(H36M_17.parents):
        assert np.flatnonzero(nearer[joint]).tolist() == ([parent] if parent >= 0 else [])


@pytest.mark.parametrize("sharing", ["convolution", "none"])
def test_ways_that_are_always_decoupled_say_so(sharing):
    assert WeightUnsharingGCNConfig(sharing=sharing).decoupled
    with pytest.raises(RecipeError, match=r"model\.decoupled: where model\.sharing is .* matrix of its own"):
        WeightUnsharingGCNConfig(sharing=sharing, decoupled=False)


def test_an_unknown_way_is_named():
    with pytest.raises(RecipeError, match=r"model\.sharing"):
        WeightUnsharingGCNConfig(sharing="some")
