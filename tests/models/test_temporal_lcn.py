"""Facts about the temporal LCN: who feeds whom in space and time, and what it is the same as."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.data.windows import Window
from poselift.errors import RecipeError
from poselift.models import create_model
from poselift.models.temporal_lcn import LocalLinear, TemporalLCN, TemporalLCNConfig
from poselift.skeleton import H36M_17, adjacency, hop_mask
from poselift.skeleton.graph import hop_distance


def network(**settings) -> TemporalLCN:
    torch.manual_seed(0)
    model = create_model("temporal_lcn", **{"channels": 4, "output_scale": 1.0, **settings})
    # Norms that do something, so that a wrong order of channels shows.
    for norm in (module for module in model.modules() if isinstance(module, torch.nn.BatchNorm1d)):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
    return model.eval()


def dependence(model: TemporalLCN, joint: int) -> np.ndarray:
    """(T, J) whether an output joint depends on an input joint of a frame."""
    seen = torch.randn(1, model.window.frames, 17, model.config.in_channels, requires_grad=True)
    model(seen)[0, joint].sum().backward()
    return (seen.grad[0].abs().sum(dim=-1) > 0).numpy()


def test_it_sees_the_product_of_its_widths():
    assert network(filter_widths=[3, 5, 3]).window == Window(frames=45)
    assert network(causal=True, fps=30.0).window == Window(frames=27, predicts="last", fps=30.0)
    with pytest.raises(RecipeError, match="odd numbers"):
        create_model("temporal_lcn", filter_widths=[3, 4])


@pytest.mark.parametrize("causal", [False, True])
def test_one_layer_is_local_in_space_and_time(causal):
    model = network(filter_widths=[5], hops=3, frame_hops=1, causal=causal)
    # The output layer adds the neighbours of neighbours, in the frame itself.
    distance = hop_distance(adjacency(H36M_17))
    for joint in (0, 3, 13):
        away = [2, 2, 1, 1, 0] if causal else [2, 1, 0, 1, 2]
        first = distance[None] + np.reshape(away, (5, 1, 1)) <= 3
        expected = (first & hop_mask(adjacency(H36M_17), 3)[joint][None, None]).any(axis=-1)
        np.testing.assert_array_equal(dependence(model, joint), expected)


def test_no_hops_are_networks_of_single_joints():
    model = network(hops=0, frame_hops=0)
    for joint in range(17):
        found = dependence(model, joint)
        assert found[:, joint].all()
        assert not np.delete(found, joint, axis=1).any()


def test_the_causal_form_sees_no_later_frame_and_both_have_the_same_weights():
    causal, centred = network(causal=True), network()
    assert {k: v.shape for k, v in causal.state_dict().items()} == {
        k: v.shape for k, v in centred.state_dict().items()
    }
    assert causal.window.future == 0
    assert centred.window.future == 13


def test_frames_that_feed_alike_make_a_plain_product():
    feeds = np.ones((34, 17), dtype=bool)
    layer = LocalLinear(feeds, 2, 5)
    x = torch.randn(3, 34 * 2)
    torch.testing.assert_close(layer(x), x @ layer.dense() + layer.bias)
    assert (layer.dense() != 0).all()


def test_training_leaves_out_what_the_mask_leaves_out_and_computes_the_same():
    model = network(channels=32, hops=2, in_channels=3)
    model.train()
    seen = torch.randn(8, 27, 17, 3)
    model(seen).square().sum().backward()
    found = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    fast = model(seen)
    for module in model.modules():
        if isinstance(module, LocalLinear):
            module.plan = None
    model.zero_grad()
    dense = model(seen)
    dense.square().sum().backward()
    torch.testing.assert_close(fast, dense, rtol=1e-4, atol=1e-4)
    steepest = max(float(gradient.abs().max()) for gradient in found.values())
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad, rtol=1e-3, atol=1e-5 * steepest)


def test_weights_are_counted_by_pairs():
    config = TemporalLCNConfig(filter_widths=(3, 3), channels=8, in_channels=3, hops=3, frame_hops=2)
    model = TemporalLCN(config)
    adjacent = adjacency(H36M_17)
    near, nearer = (int(hop_mask(adjacent, hops).sum()) for hops in (3, 1))
    over_time = near + 2 * nearer
    expected = over_time * 8 * (3 + 8) + near * 8 * (8 + 3)  # input, block over time, block of frames, output
    expected += 17 * (3 * 8 * 3 + 3)  # biases and norms
    assert sum(parameter.numel() for parameter in model.parameters()) == expected


@pytest.mark.parametrize(
    "settings", [{}, {"causal": True, "filter_widths": [1, 3, 5]}, {"filter_widths": [1, 1]}, {"filter_widths": [3]}]
)
def test_folded_and_unfolded_it_computes_the_same(settings):
    model, other = network(**settings), network(**settings)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(1)
    other.unfold(model.folded())
    seen = torch.randn(5, model.window.frames, 17, 2)
    torch.testing.assert_close(other(seen), model(seen))


@pytest.mark.parametrize("hops", [1, 3])
def test_the_file_holds_hardly_more_than_the_weights_of_pairs(tmp_path, hops):
    from poselift.deploy.onnx import export_onnx

    model = network(channels=48, hops=hops, in_channels=3, normalisation="person_centred")
    export_onnx(model, {}, tmp_path / "model.onnx", precision="float16_weights")
    stored = sum(parameter.numel() for parameter in model.parameters()) * 2
    assert (tmp_path / "model.onnx").stat().st_size < 1.4 * stored + 120_000


def test_bytes_compute_nearly_the_same(tmp_path):
    from poselift.deploy.onnx import export_onnx
    from poselift.runtime.network import Network

    model = network(channels=32, in_channels=3, normalisation="person_centred")
    seen = np.random.default_rng(0).normal(size=(100, 27, 17, 3)).astype(np.float32)
    export_onnx(model, {}, tmp_path / "model.int8.onnx", precision="int8", calibration=seen)
    found = Network(tmp_path / "model.int8.onnx", 1).run(seen)
    expected = model(torch.from_numpy(seen)).detach().numpy()
    off = np.linalg.norm(found - expected, axis=-1).mean() / np.linalg.norm(expected, axis=-1).mean()
    assert 0 < off < 0.03


def test_its_size_counts_each_layer_as_often_as_it_is_applied():
    from poselift.models.size import size_of

    found = size_of(network(filter_widths=[1, 3], channels=8, hops=6, frame_hops=0))
    first, over_time, of_frames, last = 17 * 2 * 17 * 8, 3 * (17 * 8) ** 2, (17 * 8) ** 2, 17 * 8 * 17 * 3
    assert found.flops == 2 * (3 * first + over_time + of_frames + last)
    assert found.window == 3
