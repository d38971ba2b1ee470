"""New statistics: the same function in evaluation, and in training on such inputs the same too."""

from __future__ import annotations

import pytest
import torch

from poselift.models import create_model
from poselift.models.layers import ChannelBatchNorm, in_evaluation
from poselift.models.statistics import settle_statistics


@torch.no_grad()
@pytest.mark.parametrize(
    ("name", "settings"),
    [("lcn", {"channels": 6}), ("simple_baseline", {"linear_size": 20}), ("videopose3d", {"channels": 6})],
)
def test_evaluation_stays_and_training_comes_to_it(settled, name, settings):
    model = settled(create_model(name, dropout=0.0, **settings))
    seen = 3 * torch.randn(400, model.window.frames, 17, 2) + 1
    before = model(seen)
    off_before = (model.train()(seen) - before).abs().max()
    model = settled(model)
    settle_statistics(model, torch.split(seen, 90))
    assert not model.training
    torch.testing.assert_close(model(seen), before, rtol=1e-4, atol=1e-4)
    off = (model.train()(seen) - before).abs().max()
    assert off < 1e-3 * before.abs().max() < off_before


@torch.no_grad()
def test_the_mode_and_networks_without_norms_are_left_alone():
    model = create_model("lcn", channels=4, layers=1, batch_norm=False).train()
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    settle_statistics(model, [torch.randn(5, 17, 2)])
    assert model.training
    assert all(torch.equal(state[name], tensor) for name, tensor in model.state_dict().items())


@torch.no_grad()
def test_a_norm_that_only_scales_does_nothing_else():
    norm = ChannelBatchNorm(3).eval()
    known = in_evaluation(norm)
    known.settle(torch.tensor([1.0, 2, 3]), torch.tensor([0.5, 2, 9]))
    x = torch.randn(7, 6)
    torch.testing.assert_close(norm(x), ChannelBatchNorm(3).eval()(x))
    known.only_scale(2.5)
    torch.testing.assert_close(norm(x), 2.5 * x)
