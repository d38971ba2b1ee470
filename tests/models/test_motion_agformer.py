"""Laws of attention and graph convolution over joints and frames."""

from __future__ import annotations

import pytest
import torch

from poselift.data.windows import Window
from poselift.errors import RecipeError
from poselift.models import create_model
from poselift.models.motion_agformer import (
    Attention,
    GraphConvolution,
    MotionAGFormer,
    MotionAGFormerConfig,
)
from poselift.skeleton import H36M_17, SKELETONS
from poselift.skeleton.graph import adjacency, hop_distance, normalised_by_degree

SMALL = MotionAGFormerConfig(channels=8, heads=2)


def tiny(**config) -> MotionAGFormer:
    small = {"frames": 5, "layers": 2, "channels": 8, "heads": 2, "head_channels": 12, "mlp_ratio": 2.0}
    model = create_model("motion_agformer", **{**small, **config})
    assert isinstance(model, MotionAGFormer)
    return model.double()


def frames(count: int = 5, *, batch: int = 2, joints: int = 17, channels: int = 2) -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(batch, count, joints, channels, generator=draw, dtype=torch.float64)


def nodes(count: int, *, batch: int = 3) -> torch.Tensor:
    return torch.randn(batch, count, 8, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


@pytest.mark.parametrize(
    ("settings", "millions"),
    [
        ({"frames": 27, "layers": 12}, 2.2),
        ({"frames": 81, "layers": 26}, 4.8),
        ({"frames": 243, "layers": 16, "channels": 128}, 11.7),
        ({"frames": 243, "layers": 26, "channels": 128}, 19.0),
    ],
    ids=["XS", "S", "B", "L"],
)
def test_parameters_are_the_published_ones(settings, millions):
    """Table 1 of the paper; every layer has four branches."""
    with torch.device("meta"):
        model = create_model("motion_agformer", in_channels=3, **settings)
    t, c = settings["frames"], settings.get("channels", 64)
    branch = 2 * 2 * c + 2 * c + (c * 4 * c + 4 * c) + (4 * c * c + c)  # norms, scales, two products
    attention, graph = 3 * c * c + c * c + c, 2 * (c * c + c)
    layer = 4 * branch + 2 * attention + 2 * graph + 2 * (17 + t) + (2 * c * 2 + 2)
    ends = (3 * c + c) + 17 * c + 2 * c + (c * 512 + 512) + (512 * 3 + 3)
    count = settings["layers"] * layer + ends
    assert sum(p.numel() for p in model.parameters()) == count
    assert round(count / 1e6, 1) == pytest.approx(millions, abs=0.051)


def test_defaults_are_the_published_xs():
    config = MotionAGFormerConfig()
    assert (config.layers, config.channels, config.heads, config.mlp_ratio) == (12, 64, 8, 4)
    assert config.window == Window(frames=27, predicts="all")
    other = MotionAGFormerConfig(frames=9, causal=True, step=2, fps=25.0, ends="mask")
    assert other.window == Window(frames=9, step=2, predicts="all_causal", fps=25.0, ends="mask")
    one = {causal: MotionAGFormerConfig(predicts="one", causal=causal).window.predicts for causal in (False, True)}
    assert one == {False: "middle", True: "last"}


@torch.no_grad()
@pytest.mark.parametrize("causal", [False, True])
def test_one_frame_is_that_of_all(settled, causal):
    every, one = settled(tiny(causal=causal)), tiny(causal=causal, predicts="one").eval()
    one.load_state_dict(every.state_dict())
    place = one.window.place
    assert place == every.window.place == (4 if causal else 2)
    torch.testing.assert_close(every(frames())[:, place], one(frames()))


@pytest.mark.parametrize("causal", [False, True])
def test_each_frame_sees_all_of_the_window_or_what_was_before(settled, causal):
    model = settled(tiny(causal=causal))
    for frame in range(5):
        seen = frames(batch=1).requires_grad_()
        model(seen)[0, frame].sum().backward()
        reached = seen.grad.abs().sum(dim=(0, 2, 3)).nonzero().flatten().tolist()
        assert reached == list(range(frame + 1 if causal else 5))


@torch.no_grad()
def test_a_causal_network_says_the_same_whatever_comes_later(settled):
    model, seen = settled(tiny(causal=True)), frames()
    changed = seen.clone()
    changed[:, 3:] += 1
    before, after = model(seen), model(changed)
    torch.testing.assert_close(before[:, :3], after[:, :3], rtol=0, atol=1e-12)
    assert not torch.allclose(before[:, 3], after[:, 3])
    assert model.window.future == 0


@torch.no_grad()
def test_attention_knows_no_order():
    attention = Attention(SMALL, causal=False).double()
    order = torch.randperm(17, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(attention(nodes(17)[:, order]), attention(nodes(17))[:, order])


@torch.no_grad()
def test_attention_is_softmax_of_products():
    attention, x = Attention(SMALL, causal=False).double(), nodes(6)
    queries, keys, values = attention.queries_keys_values(x).view(3, 6, 3, 2, 4).unbind(2)
    alike = torch.einsum("gihc,gjhc->ghij", queries, keys) / 4**0.5
    expected = torch.einsum("ghij,gjhc->gihc", alike.softmax(-1), values).reshape(3, 6, 8)
    torch.testing.assert_close(attention(x), attention.output(expected))


@torch.no_grad()
def test_graph_convolution_reaches_neighbours_alone_and_follows_the_graph(settled):
    bones = adjacency(H36M_17, extra_edges=False)
    weights, x = torch.from_numpy(normalised_by_degree(bones)), nodes(17)
    convolution = settled(GraphConvolution(SMALL, weights).double())
    changed = x.clone()
    changed[:, 0] += 1
    moved = (convolution(changed) - convolution(x)).abs().sum(dim=(0, 2)) > 1e-9
    assert moved.tolist() == (hop_distance(bones)[0] <= 1).tolist()
    order = torch.randperm(17, generator=torch.Generator().manual_seed(0))
    renamed = GraphConvolution(SMALL, weights[order][:, order]).double()
    renamed.load_state_dict(
        {n: v[order] if n.startswith("norm.") and v.ndim else v for n, v in convolution.state_dict().items()}
    )
    torch.testing.assert_close(renamed.eval()(x[:, order]), convolution(x)[:, order])


@torch.no_grad()
def test_at_first_both_streams_count_alike_and_hardly_mix():
    """Branches begin near nothing, so that deep networks learn."""
    model = tiny(layer_scale=0.0).eval()
    seen = frames()
    expected = model.output(torch.tanh(model.hidden(model.norm(model.input(seen) + model.joint_position))))
    torch.testing.assert_close(model(seen), expected)


def test_frames_are_told_apart_by_a_position_of_their_own():
    torch.manual_seed(0)
    plain, placed = tiny(), tiny(frame_position=True)
    assert sum(p.numel() for p in placed.parameters()) - sum(p.numel() for p in plain.parameters()) == 5 * 8
    placed(frames())[:, 2].sum().backward()
    assert placed.frame_position.grad[2].abs().sum() > 0


@torch.no_grad()
def test_a_network_of_single_frames_takes_them_with_and_without_their_axis(settled):
    model = settled(tiny(frames=1))
    poses = frames(1, batch=4)
    assert model.window.frames == 1
    assert torch.equal(model(poses), model(poses[:, 0]))
    assert model(poses).shape == (4, 17, 3)


@torch.no_grad()
@pytest.mark.parametrize("skeleton", SKELETONS)
def test_every_skeleton_the_confidence_and_uncertainty_go(skeleton):
    joints = len(SKELETONS[skeleton])
    model = tiny(skeleton=skeleton, in_channels=3, uncertainty=True)
    output = model(frames(joints=joints, channels=3))
    assert output.shape == (2, 5, joints, 4)
    assert torch.isfinite(output).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"channels": 9}, "multiple of 2 heads, got 9"),
        ({"predicts": "last"}, "model.predicts"),
        ({"layers": -1}, "model.layers"),
        ({"dropout": 1.0}, "model.dropout"),
        ({"fps": 0.0}, "model.fps"),
    ],
    ids=str,
)
def test_a_setting_out_of_range_is_named(wrong, message):
    with pytest.raises(RecipeError, match=message):
        tiny(**wrong)
