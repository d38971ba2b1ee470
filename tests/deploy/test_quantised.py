"""Laws of the ranges and factors of 8-bit products."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.deploy.quantised import quantised, rounded_weight
from poselift.errors import ShapeError
from poselift.models import create_model


def inputs(count: int = 50) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, 17, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return create_model("lcn", channels=4, layers=2, add_input=False).eval().folded()


def output(network, x: np.ndarray) -> np.ndarray:
    def active(layer, x):
        z = x @ layer.weight + layer.bias
        return np.maximum(z, network.slope * z)

    x = active(network.input, x.reshape(len(x), -1))
    for first, second in network.blocks:
        x = x + active(second, active(first, x))
    return x @ network.output.weight + network.output.bias


def test_channels_brought_together_compute_the_same(network):
    evened = quantised(network, inputs()).network
    assert not np.allclose(evened.blocks[0][0].weight, network.blocks[0][0].weight, atol=1e-3)
    np.testing.assert_allclose(output(evened, inputs()), output(network, inputs()), rtol=0, atol=1e-6)


@pytest.mark.parametrize("causal", [False, True])
def test_a_channel_has_one_factor_in_all_frames(settled, causal):
    model = settled(create_model("temporal_lcn", channels=4, filter_widths=[3, 5, 3], causal=causal))
    seen = np.random.default_rng(0).normal(size=(20, 45, 17, 2)).astype(np.float32)
    network = model.folded()
    model.unfold(quantised(network, seen).network)
    evened = model(torch.from_numpy(seen)).detach().numpy()
    model.unfold(network)
    expected = model(torch.from_numpy(seen)).detach().numpy()
    np.testing.assert_allclose(evened, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    with pytest.raises(ShapeError, match="calibration"):
        quantised(network, seen[:, 0])


def test_every_range_holds_zero_and_grows_with_the_inputs(network):
    small, large = quantised(network, inputs()), quantised(network, 10 * inputs())
    for pairs in zip(small.ranges, large.ranges, strict=True):
        for one, other in zip(*pairs, strict=True):
            assert 0 <= one.zero_point <= 255
            assert 0 < one.scale < other.scale


def test_weights_are_rounded_by_half_a_step_at_most_whatever_the_size_of_a_channel():
    weight = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32) * [1e-6, 1, 50, 0, 1]
    rounded = rounded_weight(weight)
    error = np.abs(rounded.values * rounded.scale - weight)
    assert (error <= 0.5001 * rounded.scale).all()
    np.testing.assert_array_equal(np.abs(rounded.values).max(axis=0), [127, 127, 127, 0, 127])


@pytest.mark.parametrize("spoilt", [inputs()[:0], inputs()[:, :5], inputs() * np.nan], ids=["none", "joints", "nan"])
def test_inputs_that_say_nothing_are_refused(network, spoilt):
    with pytest.raises(ShapeError, match="calibration"):
        quantised(network, spoilt)
