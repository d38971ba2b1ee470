from __future__ import annotations

import pytest
import torch

from poselift.models.dropout import Dropout, bulk_dropout


@pytest.mark.parametrize("dropout", [0.1, 0.25, 0.9])
def test_so_many_are_dropped_and_the_rest_makes_up_for_it(dropout):
    torch.manual_seed(0)
    x = torch.ones(401, 501, dtype=torch.float64, requires_grad=True)
    y = bulk_dropout(x, dropout)
    assert (y == 0).double().mean().item() == pytest.approx(dropout, abs=0.005)
    torch.testing.assert_close(y[y != 0], torch.full_like(y[y != 0], 1 / (1 - dropout)), rtol=2e-4, atol=0)
    assert torch.equal(torch.autograd.grad(y.sum(), x)[0], y.detach())
    # Neighbouring units share a draw, and yet are dropped independently.
    pairs = (y[:, :-1] == 0) & (y[:, 1:] == 0)
    assert pairs.double().mean().item() == pytest.approx(dropout**2, abs=0.005)


def test_the_generator_decides():
    x = torch.ones(30, 7)
    torch.manual_seed(3)
    first, second = bulk_dropout(x, 0.5), bulk_dropout(x, 0.5)
    torch.manual_seed(3)
    assert torch.equal(bulk_dropout(x, 0.5), first)
    assert not torch.equal(first, second)


def test_no_dropout_draws_nothing():
    x, state = torch.ones(3), torch.get_rng_state()
    assert bulk_dropout(x, 0.0) is x
    assert torch.equal(torch.get_rng_state(), state)


def test_as_a_layer_it_acts_in_training_alone():
    layer, x = Dropout(0.5), torch.ones(30, 7)
    torch.manual_seed(3)
    expected = bulk_dropout(x, 0.5)
    torch.manual_seed(3)
    assert torch.equal(layer(x), expected)
    assert torch.equal(layer.eval()(x), x)
