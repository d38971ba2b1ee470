"""One network of the family is another one, given its weights: the LCN lies between all others of single frames."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from poselift.models import create_model, lcn
from poselift.models.layers import BATCH_NORM_EPSILON
from poselift.skeleton import H36M_17, SKELETONS, hop_mask
from poselift.skeleton.graph import graph_adjacency

JOINTS, CHANNELS, LAYERS = 17, 4, 2
# Each graph network, and how many bones away a joint may be that one of its convolutions looks at.
GRAPH_NETWORKS = [
    ("gcn", {}, 1),
    ("chebyshev_gcn", {"hops": 2}, 2),
    ("sem_gcn", {"non_local": False}, 1),
    *(("weight_unsharing_gcn", {"sharing": way}, 1) for way in ("full", "convolution", "none")),
    *(("weight_unsharing_gcn", {"sharing": f"{when}_aggregation"}, 1) for when in ("pre", "post")),
    ("modulated_gcn", {}, JOINTS),
]


def poses(count: int = 5) -> torch.Tensor:
    return torch.randn(count, JOINTS, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def small(name: str, **config) -> nn.Module:
    settings = {"channels": CHANNELS} if name != "simple_baseline" else {"linear_size": JOINTS * CHANNELS}
    return create_model(name, **{**settings, "layers": LAYERS, "in_channels": 3, **config}).double().eval()


def small_lcn(**config):
    return small("lcn", **{"graph": "bones", "max_norm": False, "add_input": False, **config})


@pytest.fixture
def rectified(monkeypatch):
    """LCN's units leak below 0, those of all others do not; here they are alike."""
    monkeypatch.setattr(lcn, "LEAKY_SLOPE", 0.0)


@torch.no_grad()
@pytest.mark.parametrize("max_norm", [False, True])
def test_an_lcn_of_all_hops_is_the_fully_connected_network(rectified, settled, max_norm):
    """The batch norm of the one is by channel, that of the other by unit; otherwise they have the same state."""
    local = settled(small_lcn(hops=JOINTS, max_norm=max_norm))
    connected = small("simple_baseline", max_norm=max_norm)
    state = {k: v.repeat(JOINTS) if ".norm." in k else v for k, v in local.state_dict().items()}
    connected.load_state_dict(state)
    torch.testing.assert_close(local(poses()), connected(poses()))
    nearer = small_lcn(hops=2, max_norm=max_norm)
    nearer.load_state_dict(local.state_dict())
    assert not torch.allclose(nearer(poses()), connected(poses()), atol=1e-3)


@torch.no_grad()
def test_an_lcn_of_no_hops_is_a_network_for_each_joint(settled):
    together = settled(small_lcn(hops=0))
    alone = {"name": "alone", "root": ["joint"], "joints": ["joint"], "bones": [], "pairs": []}
    for joint, name in enumerate(H36M_17.joints):
        single = small_lcn(skeleton=alone)
        single.load_state_dict({k: part_of(joint, k, v) for k, v in together.state_dict().items()})
        torch.testing.assert_close(single(poses()[:, [joint]]), together(poses())[:, [joint]], msg=name)


def part_of(joint: int, key: str, tensor: torch.Tensor) -> torch.Tensor:
    """What of an LCN's state belongs to a joint alone."""
    if ".norm." in key:
        return tensor
    columns = tensor.unflatten(-1, (JOINTS, -1))[..., joint, :]
    return columns.unflatten(0, (JOINTS, -1))[joint] if columns.ndim == 2 else columns


def as_matrix(convolution: nn.Module, in_channels: int) -> torch.Tensor:
    """The matrix (J * K, J * C) of a map that is linear but for what it adds."""
    single = torch.eye(JOINTS * in_channels, dtype=torch.float64).view(-1, JOINTS, in_channels)
    return (convolution(single) - convolution(torch.zeros_like(single))).flatten(1)


def take(linear: nn.Module, convolution: nn.Module, in_channels: int) -> None:
    linear.weight.copy_(as_matrix(convolution, in_channels))
    linear.bias.copy_(convolution(torch.zeros(1, JOINTS, in_channels, dtype=torch.float64)).flatten())


def take_layer(hidden: nn.Module, layer: nn.Module, in_channels: int) -> None:
    take(hidden.linear, layer.convolution, in_channels)
    norm = layer.norm
    hidden.norm.gamma.copy_(norm.weight)
    hidden.norm.beta.copy_(norm.bias)
    hidden.norm.moving_mean.copy_(norm.running_mean)
    hidden.norm.moving_variance.copy_(norm.running_var + norm.eps - BATCH_NORM_EPSILON)


@torch.no_grad()
@pytest.mark.parametrize(("name", "config", "hops"), GRAPH_NETWORKS, ids=str)
def test_an_lcn_whose_weights_are_tied_is_a_graph_network(rectified, settled, name, config, hops):
    graph, local = settled(small(name, **config)), small_lcn(hops=hops)
    take_layer(local.input, graph.input, 3)
    for ours, theirs in zip(local.blocks, graph.blocks, strict=True):
        take_layer(ours.first, theirs.first, CHANNELS)
        take_layer(ours.second, theirs.second, CHANNELS)
    take(local.output, graph.output, CHANNELS)
    # Its mask leaves all of them, and that of a hop less does not.
    weight, fewer = local.blocks[0].first.linear.weight, small_lcn(hops=min(hops, 5) - 1)
    assert torch.equal(local.blocks[0].first.linear.effective_weight(local.joint_mask()), weight)
    assert not torch.equal(local.blocks[0].first.linear.effective_weight(fewer.joint_mask()), weight)
    torch.testing.assert_close(local(poses()), graph(poses()))


@torch.no_grad()
def test_in_a_plain_gcn_all_pairs_of_joints_have_the_same_matrix(settled):
    """Up to how much of the one enters the other; in the LCN no two are alike."""
    convolution = settled(small("gcn")).blocks[0].first.convolution
    pairs = as_matrix(convolution, CHANNELS).view(JOINTS, CHANNELS, JOINTS, CHANNELS).permute(0, 2, 1, 3)
    affinity = convolution.affinities[0].double().T
    torch.testing.assert_close(pairs, affinity[:, :, None, None] * convolution.weight[0])
    own = small_lcn(hops=1)
    matrices = own.blocks[0].first.linear.effective_weight(own.joint_mask())
    pairs = matrices.view(JOINTS, CHANNELS, JOINTS, CHANNELS).permute(0, 2, 1, 3).flatten(0, 1).flatten(1)
    near = pairs[(pairs != 0).any(dim=1)]
    assert len(near) == JOINTS + 2 * 16
    assert len(near.unique(dim=0)) == len(near)


MASKS = [
    ("fixed", {"graph": "lcn", "hops": 2}),
    ("bones", {"graph": "bones", "hops": 2}),
    ("learned", {"graph": "lcn", "hops": 2, "mask": "learnable"}),
    ("random", {"graph": "random", "graph_edges": 24, "hops": 2}),
    ("laplacian", {"graph": "bones", "neighbourhood": "laplacian"}),
    ("dense", {"graph": "lcn", "hops": 16}),
    ("symmetric", {"graph": "lcn", "hops": 2, "share": "symmetric"}),
]


@torch.no_grad()
@pytest.mark.parametrize("skeleton", ["h36m17", "body21"])
@pytest.mark.parametrize(("mask", "config"), MASKS, ids=[name for name, _ in MASKS])
def test_what_may_feed_a_joint_does_and_nothing_else(settled, mask, config, skeleton):
    body = SKELETONS[skeleton]
    edges = {"edges": config.get("graph_edges", 20)}
    adjacent = graph_adjacency(body, config["graph"], **edges)
    if mask == "laplacian":
        config = {**config, "limb_lengths": (100.0,) * (len(body) - 1)}
    model = settled(small("lcn", skeleton=skeleton, **config))
    expected = adjacent if mask == "laplacian" else hop_mask(adjacent, config["hops"])
    np.testing.assert_array_equal(model.folded().feeds(), expected)
    assert expected.all() == (mask == "dense")
