"""Laws of the frame that graph convolutional networks share."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from poselift.errors import RecipeError
from poselift.models import create_model
from poselift.models.graph_network import bone_affinity, glorot
from poselift.skeleton import H36M_17, SKELETONS, adjacency, hop_distance

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


@pytest.mark.parametrize("name", NETWORKS)
def test_dropout_acts_in_training_alone(settled, name):
    never, often = settled(tiny(name, dropout=0.0)), settled(tiny(name, dropout=0.5))
    assert torch.equal(never(poses()), often(poses()))
    never.train()
    often.train()
    torch.manual_seed(0)
    assert torch.equal(never(poses()), never(poses()))
    assert not torch.allclose(often(poses()), often(poses()), atol=1e-3)


@torch.no_grad()
@pytest.mark.parametrize("name", NETWORKS)
def test_output_scale_scales_the_first_output(name):
    outputs = []
    for scale in (1.0, 0.1):
        torch.manual_seed(0)
        outputs.append(tiny(name, output_scale=scale).eval()(poses()))
    torch.testing.assert_close(outputs[0] * 0.1, outputs[1])


@torch.no_grad()
def test_first_weights_keep_the_variance_behind_a_relu():
    torch.manual_seed(0)
    x = torch.randn(2000, 64)
    y = functional.relu(x @ glorot(3, 64, 64)[1])
    assert y.square().mean().item() == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("wrong", [{"channels": 0}, {"layers": -1}, {"dropout": 1.0}, {"in_channels": 1}], ids=str)
def test_a_setting_out_of_range_is_named(name, wrong):
    with pytest.raises(RecipeError, match=f"model.{next(iter(wrong))}"):
        tiny(name, **wrong)


def test_a_joint_far_away_is_out_of_reach():
    """One edge for each convolution: two in a block, one before and one after."""
    model = tiny(layers=1, skeleton="h36m17").double().eval()
    slopes = torch.autograd.functional.jacobian(model, poses(1).double())[0, :, :, 0].abs().amax(dim=(1, 3))
    distance = hop_distance(adjacency(H36M_17, extra_edges=False))
    np.testing.assert_array_equal(slopes.numpy() > 0, distance <= 4)
