"""The LCN without hidden weights is the LCN with them, as long as one number stands for them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.errors import RecipeError
from poselift.models import create_model
from poselift.models.checkpoint import load_checkpoint, save_checkpoint
from poselift.models.lcn_fast import NeighbourLinear
from poselift.models.neighbour_product import LEAST_CHANNELS

CONFIG = {"layers": 1, "hops": 2, "dropout": 0.0}


def pair(**config):
    """The network and the reference model of the same function, in float64."""
    torch.manual_seed(0)
    reference = create_model("lcn", **CONFIG, **config).double().train()
    fast = create_model("lcn_fast", **CONFIG, **config).double().train()
    state = reference.state_dict()
    for name, module in fast.named_modules():
        if isinstance(module, NeighbourLinear):
            every = state[f"{name}.weight"]
            state[f"{name}.weight"] = module.compacted(every)
            state[f"{name}.hidden"] = rms_of_hidden(module, every)
    fast.load_state_dict(state)
    return fast, reference


def rms_of_hidden(linear, every):
    used = linear.compacted(every)
    return ((every.square().sum() - used.square().sum()) / (every.numel() - used.numel())).sqrt()


@pytest.mark.parametrize("channels", [4, LEAST_CHANNELS])
@pytest.mark.parametrize("max_norm", [True, False])
@pytest.mark.parametrize("in_channels", [2, 3])
def test_where_weights_agree_outputs_and_gradients_do(channels, max_norm, in_channels):
    fast, reference = pair(channels=channels, max_norm=max_norm, in_channels=in_channels)
    inputs = torch.randn(6, 17, in_channels, dtype=torch.float64)
    outputs = [model(inputs) for model in (fast, reference)]
    torch.testing.assert_close(outputs[0], outputs[1], rtol=1e-10, atol=1e-10)
    for output in outputs:
        output.square().sum().backward()
    expected = dict(reference.named_parameters())
    for name, parameter in fast.named_parameters():
        layer = fast.get_submodule(name.rpartition(".")[0])
        if name.endswith(".hidden"):
            # To scale all hidden weights alike is to scale their root mean square.
            every = expected[name.replace("hidden", "weight")]
            along = every.grad * every.detach()
            gradient = (along.sum() - layer.compacted(along).sum()) / parameter.detach()
        elif isinstance(layer, NeighbourLinear) and name.endswith(".weight"):
            gradient = layer.compacted(expected[name].grad)
        else:
            gradient = expected[name].grad
        found = torch.zeros_like(gradient) if parameter.grad is None else parameter.grad
        torch.testing.assert_close(found, gradient, rtol=1e-7, atol=1e-10)


def test_it_has_weights_for_used_pairs_alone():
    fast, reference = pair(channels=8)
    pairs = int(fast.joint_mask().sum())
    assert fast.blocks[0].first.linear.weight.shape == (pairs * 8, 8)
    assert reference.blocks[0].first.linear.weight.numel() == 17 * 17 * 64


def test_a_seed_gives_the_weights_that_it_gives_the_reference():
    torch.manual_seed(5)
    fast = create_model("lcn_fast", channels=8)
    torch.manual_seed(5)
    reference = create_model("lcn", channels=8)
    for name, module in fast.named_modules():
        if isinstance(module, NeighbourLinear):
            assert torch.equal(module.weight, module.compacted(reference.get_submodule(name).weight))
            torch.testing.assert_close(module.hidden, rms_of_hidden(module, reference.get_submodule(name).weight))
            assert torch.equal(module.bias, reference.get_submodule(name).bias)


def test_it_folds_to_what_the_reference_folds_to():
    fast, reference = pair(channels=4)
    folded, expected = (model.eval().folded() for model in (fast, reference))
    np.testing.assert_allclose(folded.input.weight, expected.input.weight, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(folded.blocks[0][1].weight, expected.blocks[0][1].weight, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(folded.output.weight, expected.output.weight, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("channels", [4, LEAST_CHANNELS])
def test_it_is_saved_and_loaded(tmp_path, settled, channels):
    model = settled(create_model("lcn_fast", **CONFIG, channels=channels))
    save_checkpoint(tmp_path / "m.safetensors", model, name="lcn_fast", about={})
    loaded, header = load_checkpoint(tmp_path / "m.safetensors")
    assert header.model == "lcn_fast"
    inputs = torch.randn(4, 17, 2)
    assert torch.equal(loaded(inputs), model(inputs))
    assert torch.equal(loaded.train()(inputs), model.train()(inputs))


@pytest.mark.parametrize(
    "setting", [{"mask": "learnable"}, {"share": "symmetric"}, {"neighbourhood": "laplacian"}], ids=str
)
def test_what_it_cannot_do_is_said(setting):
    with pytest.raises(RecipeError, match=rf"model\.{next(iter(setting))}: lcn_fast knows"):
        create_model("lcn_fast", **setting)


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["lcn", "lcn_fast"])
def test_on_a_gpu_it_is_the_same_function(name):
    model = create_model(name, **CONFIG, channels=LEAST_CHANNELS).train()
    inputs = torch.randn(6, 17, 2)
    expected = model(inputs)
    torch.testing.assert_close(model.cuda()(inputs.cuda()).cpu(), expected, rtol=1e-3, atol=1e-4)
