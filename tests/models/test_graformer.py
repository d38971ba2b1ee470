"""Laws of GraFormer, and its published size."""

from __future__ import annotations

import numpy as np
import torch

from poselift.models import create_model
from poselift.models.graformer import Attention, GraFormerConfig, LearnedGraph, quadratic_terms
from poselift.models.graph_network import bone_affinity
from poselift.skeleton import H36M_17, adjacency, hop_distance

JOINTS, CHANNELS = 17, 8


def poses(count: int = 5, channels: int = 2) -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(count, JOINTS, channels, generator=draw, dtype=torch.float64)


def tiny(**config):
    return create_model("graformer", **{"channels": CHANNELS, "layers": 1, "heads": 2, **config}).double()


def test_parameters_are_the_published_ones():
    with torch.device("meta"):
        model = create_model("graformer", skeleton="h36m16")
    c, joints = 96, 16
    attention, norms = 4 * (c * c + c), 2 * 2 * c
    learned = joints**2 + (c * 2 * c + 2 * c) + (2 * c * c + c)
    bones = 2 * (3 * c * c + c)
    count = (3 * 2 * c + c) + 5 * (attention + norms + learned + bones) + (3 * c * 3 + 3)
    assert sum(p.numel() for p in model.parameters()) == count == 654_179  # 0.65 M in the paper
    assert (model.config.channels, model.config.layers, model.config.heads) == (96, 5, 4)


@torch.no_grad()
def test_the_network_is_its_formula(settled):
    """Written out joint by joint and head by head, the Chebyshev polynomials by their angles."""
    model, x = settled(tiny(inner_dropout=0.5)), poses()
    laplacian = np.eye(JOINTS) - bone_affinity(H36M_17).astype(float)
    values, vectors = np.linalg.eig(laplacian)
    terms = [vectors @ np.diag(np.cos(k * np.arccos(values + 0j))) @ np.linalg.inv(vectors) for k in range(3)]

    def bones(layer, x):
        sums = [
            torch.from_numpy(term.real.copy()) @ x @ weight for term, weight in zip(terms, layer.weight, strict=True)
        ]
        return sum(sums) + layer.bias

    def attention(layer, x):
        q, k, v = (part(x) for part in (layer.query, layer.key, layer.value))
        half, heads = CHANNELS // 2, []
        for head in (slice(0, half), slice(half, CHANNELS)):
            looks = torch.softmax(q[..., head] @ k[..., head].mT / half**0.5, dim=-1)
            heads.append(looks @ v[..., head])
        return layer.output(torch.cat(heads, dim=-1))

    def learned(layer, x):
        root = layer.graph.sum(dim=0).pow(-0.5)
        graph = torch.diag(root) @ layer.graph @ torch.diag(root)
        return layer.narrow(graph @ torch.relu(layer.widen(graph @ x)))

    y = bones(model.input, x)
    for layer in model.layers:
        y = y + attention(layer.attention, layer.attention_norm(y))
        y = y + learned(layer.learned, layer.learned_norm(y))
        y = y + torch.relu(bones(layer.second, torch.relu(bones(layer.first, y))))
    torch.testing.assert_close(model(x), bones(model.output, y), rtol=1e-5, atol=1e-5)
    assert torch.equal(model(x), model(x[:, None]))


@torch.no_grad()
def test_attention_of_a_joint_sums_to_one(settled):
    layer = settled(Attention(GraFormerConfig(channels=CHANNELS, heads=2))).double()
    weights = layer.weights(poses(channels=CHANNELS))
    assert weights.shape == (5, 2, JOINTS, JOINTS)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(5, 2, JOINTS, dtype=torch.float64))
    assert (weights > 0).all()


@torch.no_grad()
def test_attention_does_not_know_the_joints_apart(settled):
    layer, x = settled(Attention(GraFormerConfig(channels=CHANNELS, heads=2))).double(), poses(channels=CHANNELS)
    order = torch.randperm(JOINTS, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(layer(x[:, order]), layer(x)[:, order])


@torch.no_grad()
def test_a_fresh_network_treats_both_sides_of_the_body_alike(settled):
    """Only the learned graphs can tell left from right."""
    model, flip, x = tiny(), H36M_17.flip_permutation.copy(), poses()
    model.eval()
    torch.testing.assert_close(model(x[:, flip]), model(x)[:, flip])
    torch.nn.init.uniform_(model.layers[0].learned.graph, 0.5, 1.0)
    assert not torch.allclose(model(x[:, flip]), model(x)[:, flip], rtol=1e-9, atol=0)


def test_bones_reach_two_edges_and_a_layer_reaches_all_joints(settled):
    distance = hop_distance(adjacency(H36M_17, extra_edges=False))
    terms = quadratic_terms(H36M_17)
    np.testing.assert_array_equal((abs(terms) > 1e-6).any(axis=0), distance <= 2)
    for layers in (0, 1):
        model = settled(tiny(layers=layers))
        slopes = torch.autograd.functional.jacobian(model, poses(1))[0, :, :, 0].abs().amax(dim=(1, 3))
        np.testing.assert_array_equal(slopes.numpy() > 0, distance <= (4 if layers == 0 else 99))


def test_the_learned_graph_starts_as_none_and_bears_sums_below_zero():
    layer = LearnedGraph(JOINTS, CHANNELS).double()
    torch.testing.assert_close(layer.affinity(), torch.eye(JOINTS, dtype=torch.float64))
    torch.nn.init.constant_(layer.graph, -1.0)
    layer(poses(channels=CHANNELS)).sum().backward()
    assert torch.isfinite(layer(poses(channels=CHANNELS))).all()
    assert torch.isfinite(layer.graph.grad).all()
