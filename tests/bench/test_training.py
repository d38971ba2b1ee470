"""The plain step that training is measured beside computes what the reference model does."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from poselift.bench.training import PlainLCN  # noqa: E402
from poselift.models import create_model  # noqa: E402
from poselift.models.layers import norm_clipped  # noqa: E402


def test_the_plain_network_is_the_reference_network():
    torch.manual_seed(0)
    model = create_model("lcn", channels=4, layers=2, dropout=0.0).eval()
    plain = PlainLCN(model.joint_mask(), 4, 2).eval()
    hidden = [layer for block in model.blocks for layer in (block.first, block.second)]
    layers = [(plain.input, model.input), *zip(plain.hidden, hidden, strict=True)]
    with torch.no_grad():
        for theirs, ours in layers:
            theirs.weight.copy_(ours.linear.weight)
            theirs.bias.copy_(ours.linear.bias)
        plain.output.weight.copy_(model.output.weight)
        plain.output.bias.copy_(model.output.bias)
    x = torch.randn(5, 17, 2)
    torch.testing.assert_close(plain(x), model(x), rtol=1e-5, atol=1e-6)
    assert not torch.equal(norm_clipped(model.output.weight), model.output.weight)
