"""Laws of learned weights of neighbours and of looking at pairs of joints, and that they are the paper's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.models import create_model
from poselift.models.sem_gcn import PairwiseNonLocal, SemanticConvolution, joint_pairs
from poselift.skeleton import H36M_16, H36M_17, SKELETONS, adjacency, hop_distance

LINKED = adjacency(H36M_17, extra_edges=False) | np.eye(17, dtype=bool)


def tiny(**config):
    torch.manual_seed(0)
    return create_model("sem_gcn", **{"channels": 4, "layers": 2, **config}).double().eval()


def poses(count: int = 5, channels: int = 2) -> torch.Tensor:
    return torch.randn(count, 17, channels, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def convolution() -> SemanticConvolution:
    torch.manual_seed(0)
    made = SemanticConvolution(H36M_17, 4, 5).double()
    torch.nn.init.normal_(made.edge_logits)
    torch.nn.init.normal_(made.bias)
    return made


@pytest.mark.parametrize(("non_local", "count", "published"), [(False, 267_343, 0.27), (True, 434_703, 0.43)])
def test_parameters_are_the_published_ones(non_local, count, published):
    """Of 16 joints and x, y, as in table 1 of the paper and in the released code."""
    model = create_model("sem_gcn", skeleton="h36m16", non_local=non_local)
    edges = 16 + 2 * 15
    first, hidden = (2 * inputs * 128 + 128 + edges + 2 * 128 for inputs in (2, 128))
    last = 2 * 128 * 3 + 3 + edges
    looking = 3 * (128 * 64 + 64) + 2 * 64 + (64 * 128 + 128) + 2 * 128
    expected = first + 8 * hidden + last + (5 * looking if non_local else 0)
    assert sum(parameter.numel() for parameter in model.parameters()) == expected == count
    assert round(count / 1e6, 2) == published


@torch.no_grad()
def test_a_convolution_is_the_published_formula():
    """Softmax of the edges of each joint; one matrix for itself, one for the others."""
    layer, x = convolution(), poses(3, 4)
    logits = torch.full((17, 17), -torch.inf, dtype=torch.float64)
    logits[torch.from_numpy(LINKED)] = layer.edge_logits
    weights = logits.softmax(dim=1)
    itself = torch.eye(17, dtype=torch.float64)
    expected = (weights * itself) @ (x @ layer.weight[0]) + (weights * (1 - itself)) @ (x @ layer.weight[1])
    torch.testing.assert_close(layer(x), expected + layer.bias)
    torch.testing.assert_close(layer.affinity().sum(dim=1), torch.ones(17, dtype=torch.float64))


@torch.no_grad()
def test_at_first_all_neighbours_weigh_alike():
    affinity = SemanticConvolution(H36M_17, 2, 2).affinity().numpy()
    np.testing.assert_allclose(affinity, LINKED / LINKED.sum(axis=1, keepdims=True), rtol=1e-6)


@torch.no_grad()
def test_relabelling_joints_and_edges_relabels_what_comes_out():
    order = np.random.default_rng(0).permutation(17)
    joints = [H36M_17.joints[joint] for joint in order]
    layer, x = convolution(), poses(3, 4)
    renamed = H36M_17.from_dict({**H36M_17.as_dict(), "name": "relabelled", "joints": joints})
    other = SemanticConvolution(renamed, 4, 5).double()
    logits = torch.zeros(17, 17, dtype=torch.float64)
    logits[torch.from_numpy(LINKED)] = layer.edge_logits
    other.load_state_dict({**layer.state_dict(), "edge_logits": logits[order][:, order].flatten()[other.edges]})
    torch.testing.assert_close(other(x[:, order]), layer(x)[:, order])


def test_pairs_are_those_of_the_released_code():
    of_17 = {frozenset(pair) for pair in joint_pairs(H36M_17)}
    released = [(2, 3), (5, 6), (1, 4), (0, 7), (8, 9), (15, 16), (12, 13), (11, 14), (10,)]
    assert of_17 == {frozenset(pair) for pair in released}
    of_16 = {frozenset(H36M_16.joints[joint] for joint in pair) for pair in joint_pairs(H36M_16)}
    assert {"thorax", "head"} in of_16
    assert {"pelvis", "spine"} in of_16
    assert all(len(pair) == 2 for pair in of_16)


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_every_joint_is_in_one_pair(skeleton):
    pairs = joint_pairs(SKELETONS[skeleton])
    assert sorted(joint for pair in pairs for joint in pair) == list(range(len(SKELETONS[skeleton])))
    assert max(map(len, pairs)) <= 2


@torch.no_grad()
def test_looking_at_pairs_is_the_published_formula(settled):
    layer = PairwiseNonLocal(H36M_17, 4)
    x = poses(3, 4)
    assert torch.equal(layer.double().eval()(x), x)  # it starts as if it were not there
    layer = settled(layer)
    pairs = joint_pairs(H36M_17)

    def larger(of_joints):
        return torch.stack([of_joints[:, list(pair)].amax(dim=1) for pair in pairs], dim=1)

    query, key, value = layer.query(x), larger(layer.key(x)), larger(layer.value(x))
    both = torch.cat([query[:, :, None].expand(-1, -1, 9, -1), key[:, None].expand(-1, 17, -1, -1)], dim=-1)
    y = layer.back(torch.relu(layer.relation(both))[..., 0] / 9 @ value)
    torch.testing.assert_close(layer(x), x + layer.norm(y.flatten(0, 1)).view(x.shape))


@pytest.mark.parametrize("non_local", [False, True])
def test_only_looking_reaches_far(settled, non_local):
    model = settled(tiny(layers=0, non_local=non_local))
    slopes = torch.autograd.functional.jacobian(model, poses(1))[0, :, :, 0].abs().amax(dim=(1, 3)).numpy()
    far = hop_distance(LINKED) > 2
    assert (slopes[far] > 0).any() == non_local
    assert (slopes[~far] > 0).all()


@torch.no_grad()
def test_each_block_is_followed_by_a_look(settled):
    model, x = settled(tiny(non_local=True)), poses()
    y = model.non_local[0](model.input(x))
    for block, look in zip(model.blocks, model.non_local[1:], strict=True):
        y = look(block(y))
    torch.testing.assert_close(model(x), model.output(y))
