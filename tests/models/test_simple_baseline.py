"""Laws of the fully connected baseline."""

from __future__ import annotations

import pytest
import torch

from poselift.errors import RecipeError
from poselift.models import create_model
from poselift.models.simple_baseline import SimpleBaselineConfig
from poselift.skeleton import SKELETONS


def poses(count: int = 5, joints: int = 17, channels: int = 2) -> torch.Tensor:
    return torch.randn(count, joints, channels, generator=torch.Generator().manual_seed(1))


def tiny(**config):
    return create_model("simple_baseline", **{"linear_size": 16, "layers": 1, **config})


@pytest.mark.parametrize("skeleton", SKELETONS)
@pytest.mark.parametrize(("layers", "in_channels"), [(0, 2), (2, 3)])
def test_every_size_and_skeleton_is_free(skeleton, layers, in_channels):
    joints = len(SKELETONS[skeleton])
    output = tiny(skeleton=skeleton, layers=layers, in_channels=in_channels)(poses(3, joints, in_channels))
    assert output.shape == (3, joints, 3)
    assert torch.isfinite(output).all()


def test_defaults_are_the_published_network():
    assert SimpleBaselineConfig().dropout == 0.5
    model = create_model("simple_baseline")
    matrices = [tuple(p.shape) for p in model.parameters() if p.ndim == 2]
    assert matrices == [(34, 1024), *[(1024, 1024)] * 4, (1024, 51)]


@torch.no_grad()
def test_one_block_is_the_published_formula(settled):
    """Linear, batch norm, ReLU, twice, and the input added; written out with torch's own batch norm."""
    model = settled(tiny())
    block, x = model.blocks[0], poses(7, 1, 16).flatten(1)
    y = x
    for layer in (block.first, block.second):
        norm = torch.nn.BatchNorm1d(16, eps=1e-3).eval()
        norm.load_state_dict(
            {
                "weight": layer.norm.gamma,
                "bias": layer.norm.beta,
                "running_mean": layer.norm.moving_mean,
                "running_var": layer.norm.moving_variance,
                "num_batches_tracked": torch.tensor(1),
            }
        )
        weight = layer.linear.weight / max(1.0, layer.linear.weight.norm().item())
        y = torch.relu(norm(y @ weight + layer.linear.bias))
    torch.testing.assert_close(block(x), x + y)


@pytest.mark.parametrize(
    "change", [{"batch_norm": False}, {"residual": False}, {"max_norm": False}, {"add_input": True}], ids=str
)
def test_each_setting_changes_the_result(settled, change):
    plain, changed = settled(tiny()), settled(tiny(**change))
    changed.load_state_dict(plain.state_dict(), strict=False)
    assert not torch.allclose(plain(poses()), changed(poses()), atol=1e-4)


def test_dropout_acts_in_training_alone(settled):
    never, often = settled(tiny(dropout=0.0)), settled(tiny(dropout=0.5))
    assert torch.equal(never(poses()), often(poses()))
    torch.manual_seed(0)
    never.train()
    often.train()
    assert torch.equal(never(poses()), never(poses()))
    assert not torch.allclose(often(poses()), often(poses()), atol=1e-3)


@torch.no_grad()
def test_add_input_adds_x_and_y_but_not_the_confidence(settled):
    x = poses(channels=3)
    offset = settled(tiny(in_channels=3, add_input=True))(x) - settled(tiny(in_channels=3))(x)
    torch.testing.assert_close(offset[..., :2], x[..., :2], rtol=0, atol=1e-5)
    assert (offset[..., 2] == 0).all()


@torch.no_grad()
def test_output_scale_scales_the_first_output():
    outputs = []
    for scale in (1.0, 0.1):
        torch.manual_seed(0)
        outputs.append(tiny(output_scale=scale, max_norm=False).eval()(poses()))
    torch.testing.assert_close(outputs[0] * 0.1, outputs[1])


@pytest.mark.parametrize(
    "wrong",
    [{"linear_size": 0}, {"layers": -1}, {"in_channels": 1}, {"dropout": 1.0}, {"normalisation": "none"}],
    ids=str,
)
def test_a_setting_out_of_range_is_named(wrong):
    with pytest.raises(RecipeError, match=f"model.{next(iter(wrong))}"):
        tiny(**wrong)
