"""The product in parts is the masked product, and training by it is training by PyTorch's own operations."""

from __future__ import annotations

import pytest
import torch

from poselift.models import create_model
from poselift.models.lcn import MaskedLinear
from poselift.models.neighbour_product import LEAST_CHANNELS, neighbour_plan, neighbour_product
from poselift.skeleton import H36M_17
from poselift.skeleton.graph import graph_adjacency, hop_mask
from poselift.training.optimisers.adam import Adam

CHANNELS = LEAST_CHANNELS


def mask(hops: int) -> torch.Tensor:
    return torch.from_numpy(hop_mask(graph_adjacency(H36M_17, "lcn"), hops))


def plain(model: torch.nn.Module) -> torch.nn.Module:
    """The same network, made to use PyTorch's own operations."""
    for module in model.modules():
        if isinstance(module, MaskedLinear):
            module.plan = None
    return model


@pytest.mark.parametrize("max_norm", [True, False])
@pytest.mark.parametrize("scale", [1.0, 1e-3])
@pytest.mark.parametrize("hops", [0, 3, 6])
def test_values_and_gradients_are_those_of_the_masked_product(hops, scale, max_norm):
    torch.manual_seed(0)
    feeds = mask(hops)
    plan = neighbour_plan(feeds.numpy(), CHANNELS, CHANNELS, compact=False)
    linear = MaskedLinear(17, CHANNELS, CHANNELS, max_norm=max_norm).double()
    with torch.no_grad():
        linear.weight.mul_(scale)
    x = torch.randn(5, 17 * CHANNELS, dtype=torch.float64, requires_grad=True)
    towards = torch.randn(5, 17 * CHANNELS, dtype=torch.float64)
    expected = linear(x, feeds.double())
    none = linear.hidden_squares()
    found = neighbour_product(x, linear.weight, linear.bias, plan, max_norm=max_norm, elsewhere=none)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    inputs = (x, linear.weight, linear.bias)
    gradients = [torch.autograd.grad((out * towards).sum(), inputs) for out in (expected, found)]
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(other, one, rtol=1e-10, atol=1e-12)


def test_products_cover_the_mask_once_and_nothing_else():
    feeds = mask(3)
    seen = torch.zeros(17 * CHANNELS, 17 * CHANNELS)
    for part in neighbour_plan(feeds.numpy(), CHANNELS, CHANNELS, compact=False).weights(seen):
        part.add_(1)
    assert torch.equal(seen, torch.kron(feeds.float(), torch.ones(CHANNELS, CHANNELS)))


def test_few_channels_have_no_plan():
    assert neighbour_plan(mask(1).numpy(), LEAST_CHANNELS - 1, 64, compact=False) is None


@pytest.mark.parametrize("compact", [True, False])
def test_a_joint_that_none_feeds_has_its_bias(compact):
    feeds = mask(1).numpy()
    feeds[:, 4] = False
    plan = neighbour_plan(feeds, CHANNELS, CHANNELS, compact=compact)
    weight = torch.randn(feeds.sum() * CHANNELS, CHANNELS) if compact else torch.randn(17 * CHANNELS, 17 * CHANNELS)
    bias = torch.randn(17 * CHANNELS)
    x = torch.randn(2, 17 * CHANNELS)
    out = neighbour_product(x, weight, bias, plan, max_norm=True, elsewhere=torch.zeros(()))
    found, expected = (y.view(-1, 17, CHANNELS)[:, 4] for y in (out, bias.repeat(2, 1)))
    assert torch.equal(found, expected)
    assert not torch.equal(out, bias.repeat(2, 1))


def test_the_network_trains_by_products_where_the_mask_is_fixed_and_nothing_is_shared():
    hidden = create_model("lcn", channels=CHANNELS, layers=1).blocks[0].first.linear
    assert hidden.plan is not None
    for other in ({"mask": "learnable"}, {"share": "symmetric"}):
        assert create_model("lcn", channels=CHANNELS, layers=1, **other).blocks[0].first.linear.plan is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_twenty_steps_lose_what_plain_steps_lose(dtype):
    """With dropout, from the same draws; weights that the mask hides move alike as well."""
    torch.manual_seed(0)
    inputs, target = torch.randn(40, 17, 2).to(dtype), 0.1 * torch.randn(40, 17, 3).to(dtype)
    losses, weights = [], []
    for prepared in (plain, lambda model: model):
        torch.manual_seed(2)
        model = prepared(create_model("lcn", channels=CHANNELS, layers=1)).to(dtype).train()
        optimizer = Adam(epsilon=1e-4).create(model)
        losses.append([])
        for _ in range(20):
            loss = (model(inputs) - target).square().mean()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses[-1].append(loss.item())
        weights.append(model.blocks[0].first.linear.weight.detach())
    assert losses[0][-1] < 0.9 * losses[0][0]
    tolerance = 1e-5 if dtype == torch.float32 else 1e-11
    assert losses[1] == pytest.approx(losses[0], rel=tolerance)
    torch.testing.assert_close(weights[1], weights[0], rtol=0, atol=10 * tolerance)


@pytest.mark.parametrize("size", [0.01, 1.0])
def test_hidden_weights_have_a_gradient_if_only_zero(size):
    """Adam would else know them in some steps and not in others."""
    torch.manual_seed(0)
    model = create_model("lcn_fast", channels=CHANNELS, layers=1).train()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(size)
    model(torch.randn(8, 17, 2)).square().sum().backward()
    hidden = model.blocks[0].first.linear.hidden
    assert (hidden.grad == 0) == (size < 1)


def test_bfloat16_takes_the_plain_way():
    model = create_model("lcn", channels=CHANNELS, layers=1, dropout=0.0).train()
    inputs = torch.randn(8, 17, 2)
    with torch.autocast("cpu", torch.bfloat16):
        output = model(inputs)
    assert output.isfinite().all()
    exact = model(inputs)
    assert 0 < (output.float() - exact).abs().max() < 0.1
