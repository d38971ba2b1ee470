"""Laws of the temporal convolutions."""

from __future__ import annotations

import math

import pytest
import torch

from poselift.data.windows import Window
from poselift.errors import RecipeError
from poselift.models import create_model
from poselift.models.videopose3d import VideoPose3D, VideoPose3DConfig
from poselift.skeleton import SKELETONS

WIDTHS = [(1,), (3,), (1, 1, 1), (3, 3), (3, 3, 3), (3, 5), (5, 1, 3)]


def tiny(**config) -> VideoPose3D:
    model = create_model("videopose3d", **{"channels": 8, **config})
    assert isinstance(model, VideoPose3D)
    return model.double()


def frames(count: int, *, batch: int = 2, joints: int = 17, channels: int = 2) -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(batch, count, joints, channels, generator=draw, dtype=torch.float64)


@pytest.mark.parametrize(
    ("layers", "seen", "millions"), [(1, 3, 0.16), (2, 9, 4.36), (3, 27, 8.56), (4, 81, 12.75), (5, 243, 16.95)]
)
def test_parameters_and_receptive_fields_are_the_published_ones(layers, seen, millions):
    with torch.device("meta"):
        model = create_model("videopose3d", filter_widths=(3,) * layers)
    assert model.window == Window(frames=seen)
    # Expansion, two products a block, batch norm after each, and the last layer with its bias.
    blocks = (layers - 1) * (3 * 1024**2 + 1024**2 + 2 * 2 * 1024)
    count = 3 * 34 * 1024 + 2 * 1024 + blocks + 1024 * 51 + 51
    assert sum(p.numel() for p in model.parameters()) == count
    assert round(count / 1e6, 2) == millions


def naive(model: VideoPose3D, x: torch.Tensor) -> torch.Tensor:
    """All windows of a clip (B, T, J, K), by sums over the taps of dilated convolutions and torch's batch norm."""
    state, causal = model.state_dict(), model.config.causal

    def convolved(x: torch.Tensor, layer: str, width: int, dilation: int) -> torch.Tensor:
        weight = state[f"{layer}.linear.weight"].unflatten(1, (width, x.shape[-1]))  # (C, width, N)
        last = x.shape[1] - (width - 1) * dilation
        at = [sum(x[:, t + tap * dilation] @ weight[:, tap].T for tap in range(width)) for t in range(last)]
        y = torch.stack(at, dim=-1)
        norm = [state[f"{layer}.norm.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
        return torch.nn.functional.batch_norm(y, *norm).relu().movedim(-1, 1)

    first, *others = model.config.filter_widths
    x, dilation = convolved(x.flatten(2), "input", first, 1), first
    for number, width in enumerate(others):
        skipped = (width - 1 if causal else width // 2) * dilation
        y = convolved(x, f"blocks.{number}.over_time", width, dilation)
        x = x[:, skipped : skipped + y.shape[1]] + convolved(y, f"blocks.{number}.of_frames", 1, 1)
        dilation *= width
    return (x @ state["output.weight"].T + state["output.bias"]).unflatten(-1, (-1, 3))


@torch.no_grad()
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("widths", WIDTHS, ids=str)
def test_both_forms_are_the_naive_sums(settled, widths, causal):
    model = settled(tiny(filter_widths=widths, causal=causal))
    seen = math.prod(widths)
    clip = frames(seen + 4)
    expected = naive(model, clip)
    assert expected.shape == (2, 5, 17, 3)
    torch.testing.assert_close(model.over_clip(clip), expected)
    windows = [model(clip[:, start : start + seen]) for start in range(5)]
    torch.testing.assert_close(torch.stack(windows, dim=1), expected)


@torch.no_grad()
def test_a_step_between_frames_spreads_the_taps(settled):
    model = settled(tiny(filter_widths=(3, 3), step=2))
    clip = frames(20)
    windows = [model(clip[:, start : start + 17 : 2]) for start in range(4)]
    torch.testing.assert_close(model.over_clip(clip), torch.stack(windows, dim=1))
    assert model.window.offsets.tolist() == list(range(-8, 9, 2))


@pytest.mark.parametrize("causal", [False, True])
def test_every_frame_of_the_window_counts_and_no_other(settled, causal):
    """Reach is the same to both sides of the predicted frame, or ends with it."""
    model = settled(tiny(filter_widths=(3, 3), causal=causal))
    clip = frames(30, batch=1).requires_grad_()
    predicted = 12
    place = predicted - model.window.place
    model.over_clip(clip)[0, place].sum().backward()
    reached = clip.grad.abs().sum(dim=(0, 2, 3)).nonzero().flatten() - predicted
    assert reached.tolist() == (list(range(-8, 1)) if causal else list(range(-4, 5)))
    assert reached.tolist() == model.window.offsets.tolist()


@torch.no_grad()
def test_a_causal_network_does_not_look_ahead(settled):
    model = settled(tiny(filter_widths=(3, 3, 3), causal=True))
    clip = frames(40)
    changed = clip.clone()
    changed[:, 30:] += 1
    before, after = model.over_clip(clip), model.over_clip(changed)
    assert torch.equal(before[:, : 30 - 26], after[:, : 30 - 26])
    assert not torch.allclose(before[:, 30 - 26], after[:, 30 - 26])
    assert model.window == Window(frames=27, predicts="last")
    assert model.window.future == 0


@torch.no_grad()
def test_weights_know_nothing_of_the_form_or_of_time(settled):
    """Causal and centred networks, and others of the same widths, take each other's state."""
    centred, causal = settled(tiny(filter_widths=(3, 3))), tiny(filter_widths=(3, 3), causal=True, step=3, fps=25.0)
    causal.load_state_dict(centred.state_dict())
    assert not torch.allclose(centred(frames(9)), causal.eval()(frames(9)))


@torch.no_grad()
def test_a_network_of_single_frames_takes_them_with_and_without_their_axis(settled):
    model = settled(tiny(filter_widths=(1, 1)))
    poses = frames(1, batch=5)
    assert torch.equal(model(poses), model(poses[:, 0]))


@torch.no_grad()
@pytest.mark.parametrize("count", [8, 10, 18])
def test_another_number_of_frames_is_refused(count):
    with pytest.raises(RuntimeError, match="shape"):
        tiny(filter_widths=(3, 3))(frames(count))


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_every_skeleton_and_the_confidence_go_in(skeleton):
    joints = len(SKELETONS[skeleton])
    output = tiny(skeleton=skeleton, in_channels=3)(frames(27, joints=joints, channels=3))
    assert output.shape == (2, joints, 3)
    assert torch.isfinite(output).all()


def test_dropout_acts_in_training_alone(settled):
    never, often = settled(tiny(dropout=0.0)), settled(tiny(dropout=0.5))
    assert torch.equal(never(frames(27)), often(frames(27)))
    never.train()
    often.train()
    torch.manual_seed(0)
    assert torch.equal(never(frames(27)), never(frames(27)))
    assert not torch.allclose(often(frames(27)), often(frames(27)))


def test_statistics_are_those_of_batch_and_frames():
    """After one step each running mean has gone a tenth of the way to the mean of all rows."""
    model, x = tiny(filter_widths=(3, 3), dropout=0.0), frames(9, batch=6)
    model.train()
    model(x)
    rows = x.reshape(6 * 3, 3 * 34) @ model.input.linear.weight.T
    torch.testing.assert_close(model.input.norm.running_mean, 0.1 * rows.mean(dim=0))


@torch.no_grad()
def test_output_scale_scales_the_first_output():
    outputs = []
    for scale in (1.0, 0.1):
        torch.manual_seed(0)
        outputs.append(tiny(output_scale=scale).eval()(frames(27)))
    torch.testing.assert_close(outputs[0] * 0.1, outputs[1])


def test_defaults_are_the_published_network():
    config = VideoPose3DConfig()
    assert (config.channels, config.dropout, config.filter_widths) == (1024, 0.25, (3, 3, 3))
    assert config.window == Window(frames=27)
    other = VideoPose3DConfig(filter_widths=[3, 1], causal=True, step=2, fps=25.0, ends="mask").window
    assert other == Window(frames=3, step=2, predicts="last", fps=25.0, ends="mask")


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": 0},
        {"dropout": 1.0},
        {"in_channels": 1},
        {"filter_widths": ()},
        {"filter_widths": (3, 2)},
        {"filter_widths": (3, -1)},
        {"normalisation": "none"},
    ],
    ids=str,
)
def test_a_setting_out_of_range_is_named(wrong):
    with pytest.raises(RecipeError, match=f"model.{next(iter(wrong))}"):
        tiny(**wrong)


@pytest.mark.parametrize("wrong", [{"step": 0}, {"fps": 0.0}, {"ends": "wrap"}], ids=str)
def test_what_is_wrong_with_the_window_is_named(wrong):
    with pytest.raises(RecipeError, match=next(iter(wrong))):
        tiny(**wrong)
