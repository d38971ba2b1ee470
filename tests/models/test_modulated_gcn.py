"""Laws of weight and affinity modulation, and the published sizes."""

from __future__ import annotations

import pytest
import torch

from poselift.models import create_model
from poselift.models.modulated_gcn import NonLocal, decoupled_affinity
from poselift.skeleton import H36M_17, adjacency

JOINTS = 17


def poses(count: int = 5, channels: int = 2) -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(count, JOINTS, channels, generator=draw, dtype=torch.float64)


def tiny(**config):
    return create_model("modulated_gcn", **{"channels": 4, "layers": 1, **config}).double()


def settled_convolution(settled):
    layer = settled(tiny()).blocks[0].first.convolution
    torch.nn.init.normal_(layer.affinity_modulation)
    torch.nn.init.normal_(layer.weight_modulation)
    return layer


@pytest.mark.parametrize(
    ("channels", "skeleton", "joints", "millions"), [(128, "h36m16", 16, 0.29), (256, "h36m17", 17, 1.10)]
)
def test_parameters_are_the_published_ones(channels, skeleton, joints, millions):
    with torch.device("meta"):
        model = create_model("modulated_gcn", channels=channels, skeleton=skeleton)
    matrices = 2 * (8 * channels**2 + 2 * channels + 3 * channels)
    modulation = joints * (9 * channels + 3) + 10 * joints**2
    count = matrices + modulation + (9 * channels + 3) + 9 * 2 * channels
    assert sum(p.numel() for p in model.parameters()) == count
    assert round(count / 1e6, 2) == millions


def test_the_non_local_layer_is_not_in_the_published_count():
    with torch.device("meta"):
        sizes = [create_model("modulated_gcn", channels=256, non_local=whether) for whether in (False, True)]
    without, within = (sum(p.numel() for p in model.parameters()) for model in sizes)
    assert within - without == 3 * (256 * 128 + 128) + (128 * 256 + 256) + 2 * 256
    assert (without, within) == (1_100_160, 1_232_384)


@torch.no_grad()
def test_a_convolution_is_the_formula_of_the_paper(settled):
    layer, x = settled_convolution(settled), poses(channels=4)
    learned = layer.affinity_modulation
    affinity = decoupled_affinity(H36M_17).double() + (learned + learned.T) / 2
    expected = torch.zeros(5, JOINTS, 4, dtype=torch.float64)
    for i in range(JOINTS):
        for j in range(JOINTS):
            given = x[:, j] @ layer.weight[int(i != j)]
            expected[:, i] += affinity[i, j] * layer.weight_modulation[j] * given
    torch.testing.assert_close(layer(x), expected + layer.bias)


def test_the_fixed_affinity_is_all_of_a_joint_and_the_mean_of_its_neighbours():
    affinity = decoupled_affinity(H36M_17)
    joined = torch.from_numpy(adjacency(H36M_17, extra_edges=False))
    assert torch.equal(affinity != 0, joined | torch.eye(JOINTS, dtype=torch.bool))
    assert torch.equal(affinity, affinity.T)
    assert (affinity.diagonal() == 1).all()
    spine, pelvis, hip = (H36M_17.index(j) for j in ("spine", "pelvis", "left_hip"))
    # The pelvis has three neighbours, the spine and the hip two each.
    assert affinity[pelvis, spine].item() == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert affinity[pelvis, hip].item() == affinity[pelvis, spine].item()


def test_at_first_there_is_no_modulation():
    layer = tiny().blocks[0].first.convolution
    assert (layer.weight_modulation == 1).all()
    torch.testing.assert_close(layer.modulated_affinity(), decoupled_affinity(H36M_17).double(), rtol=0, atol=2e-6)


def test_the_modulated_affinity_is_symmetric_and_lets_any_joint_feed_any_other(settled):
    layer = settled_convolution(settled)
    affinity = layer.modulated_affinity()
    torch.testing.assert_close(affinity, affinity.T)
    slopes = torch.autograd.functional.jacobian(layer, poses(1, channels=4))[0, :, :, 0]
    assert (slopes.abs().amax(dim=(1, 3)) > 0).all()


def test_modulation_is_trained():
    model = tiny()
    model(poses()).square().sum().backward()
    for layer in (model.input.convolution, model.blocks[0].first.convolution, model.output):
        assert (layer.weight_modulation.grad != 0).any()
        assert (layer.affinity_modulation.grad != 0).all()


@torch.no_grad()
def test_the_non_local_layer_starts_as_nothing_and_changes_the_result_once_trained(settled):
    plain, fresh = tiny().eval(), tiny(non_local=True).eval()
    fresh.load_state_dict(plain.state_dict(), strict=False)
    assert torch.equal(plain(poses()), fresh(poses()))
    trained = settled(tiny(non_local=True))
    plain.load_state_dict(trained.state_dict(), strict=False)
    assert not torch.allclose(plain.eval()(poses()), trained(poses()), atol=1e-4)


@torch.no_grad()
def test_the_non_local_layer_does_not_know_the_joints_apart(settled):
    layer, x = settled(NonLocal(4)).double(), poses(channels=4)
    order = torch.randperm(JOINTS, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(layer(x[:, order]), layer(x)[:, order])
    assert not torch.allclose(layer(x), x)
