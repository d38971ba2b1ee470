"""Laws of the frame that graph convolutional networks share."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.models import create_model
from poselift.models.graph_network import bone_affinity
from poselift.skeleton import SKELETONS, adjacency, hop_distance

NETWORKS = ["weight_unsharing_gcn", "modulated_gcn", "gcn", "chebyshev_gcn", "sem_gcn"]


def poses(count: int = 5, joints: int = 17, channels: int = 2) -> torch.Tensor:
    return torch.randn(count, joints, channels, generator=torch.Generator().manual_seed(1))


def tiny(name: str = "weight_unsharing_gcn", **config):
    return create_model(name, **{"channels": 4, "layers": 1, **config})


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_the_affinity_is_the_mean_over_a_joint_and_those_that_bones_join_to_it(skeleton):
    affinity, joints = bone_affinity(SKELETONS[skeleton]), len(SKELETONS[skeleton])
    np.testing.assert_allclose(affinity.sum(axis=1), 1, rtol=1e-6)
    near = hop_distance(adjacency(SKELETONS[skeleton], extra_edges=False))
    np.testing.assert_array_equal(affinity > 0, (near >= 0) & (near <= 1))
    for row in affinity.reshape(joints, joints):
        assert len(set(row[row > 0])) == 1


@torch.no_grad()
@pytest.mark.parametrize("name", NETWORKS)
def test_the_network_is_its_formula(settled, name):
    """Convolution, batch norm over all but channels, ReLU; twice in a block with a path around; and one more."""
    model, x = settled(tiny(name, layers=2)).double(), poses().double()

    def layer(x, layer):
        y, norm = layer.convolution(x), layer.norm
        return ((y - norm.running_mean) / (norm.running_var + 1e-5).sqrt() * norm.weight + norm.bias).clamp(min=0)

    y = layer(x, model.input)
    for block in model.blocks:
        y = y + layer(layer(y, block.first), block.second)
    torch.testing.assert_close(model(x), model.output(y))
    assert torch.equal(model(x), model(x[:, None]))


@pytest.mark.parametrize("name", NETWORKS)
def test_statistics_are_those_of_batch_and_joints(name):
    model, x = tiny(name), poses(6)
    model.train()
    model(x)
    rows = model.input.convolution(x).detach().flatten(0, 1)
    torch.testing.assert_close(model.input.norm.running_mean, 0.1 * rows.mean(dim=0))
