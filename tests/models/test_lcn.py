"""Laws of the locally connected network. That it is the original one is the matter of test_lcn_tf1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from poselift.errors import RecipeError, SkeletonError
from poselift.models import create_model
from poselift.skeleton import H36M_17, SKELETONS, Skeleton, adjacency, hop_distance, hop_mask
from poselift.skeleton.graph import graph_adjacency, laplacian_mask

JOINTS = len(H36M_17)
LENGTHS = tuple(np.linspace(100, 480, 20).tolist())
LAPLACIAN = {"neighbourhood": "laplacian", "limb_lengths": LENGTHS}
# Every way to say who feeds whom.
WIRINGS = [
    {"hops": 2},
    {"graph": "bones", "hops": 2},
    {"graph": "random", "graph_edges": 22, "graph_seed": 5, "hops": 1},
    LAPLACIAN,
    {"graph": "random", **LAPLACIAN},
]


def poses(count: int = 5, joints: int = JOINTS, channels: int = 2) -> torch.Tensor:
    return torch.randn(count, joints, channels, generator=torch.Generator().manual_seed(1))


def tiny(**config):
    return create_model("lcn", **{"channels": 4, "layers": 1, **config})


@pytest.mark.parametrize("skeleton", SKELETONS)
@pytest.mark.parametrize(("channels", "hops", "layers", "in_channels"), [(1, 0, 0, 2), (3, 2, 1, 3), (8, 4, 2, 2)])
def test_every_size_and_skeleton_is_free(skeleton, channels, hops, layers, in_channels):
    model = tiny(skeleton=skeleton, channels=channels, hops=hops, layers=layers, in_channels=in_channels)
    joints = len(SKELETONS[skeleton])
    output = model(poses(3, joints, in_channels))
    assert output.shape == (3, joints, 3)
    assert torch.isfinite(output).all()
    assert len(model.blocks) == layers


def test_from_six_hops_on_the_network_is_fully_connected(settled):
    model = settled(tiny(hops=6))
    assert (model.joint_mask() == 1).all()
    assert not (tiny(hops=5).joint_mask() == 1).all()
    wider = tiny(hops=16).eval()
    wider.load_state_dict(model.state_dict())
    assert torch.equal(model(poses()), wider(poses()))


def relabelled(skeleton: Skeleton, order: list[int]) -> Skeleton:
    return replace(skeleton, name="relabelled", joints=tuple(skeleton.joints[i] for i in order))


def with_joints_in_order(model, order: list[int], in_channels: int):
    """The state of `model` for a skeleton whose joint i is the model's joint order[i]."""
    state, channels = model.state_dict(), model.config.channels
    for name, tensor in state.items():
        if name == "mask_logits":
            state[name] = tensor[order][:, order]
        if ".weight" in name or ".bias" in name:
            outputs = 3 if name.startswith("output") else channels
            relabelled = tensor.unflatten(-1, (JOINTS, outputs))[..., order, :].flatten(-2)
            if ".weight" in name:
                inputs = in_channels if name.startswith("input") else channels
                relabelled = relabelled.unflatten(0, (JOINTS, inputs))[order].flatten(0, 1)
            state[name] = relabelled
    return state


@pytest.mark.parametrize("mask", ["fixed", "learnable"])
def test_relabelling_the_joints_permutes_the_output(monkeypatch, settled, mask):
    order = np.random.default_rng(0).permutation(JOINTS).tolist()
    monkeypatch.setitem(SKELETONS, "relabelled", relabelled(H36M_17, order))
    model = settled(tiny(hops=2, mask=mask))
    other = tiny(hops=2, mask=mask, skeleton="relabelled").eval()
    other.load_state_dict(with_joints_in_order(model, order, 2))
    torch.testing.assert_close(other(poses()[:, order]), model(poses())[:, order], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("hops", "layers"), [(0, 1), (1, 0), (1, 1), (2, 0)])
def test_a_joint_is_moved_by_those_within_reach_and_by_no_other(settled, hops, layers):
    """Reach: `hops` edges for each of the input layer, two in a block, and the output layer."""
    model = settled(tiny(hops=hops, layers=layers)).double()
    x = poses(1).double()
    slopes = torch.autograd.functional.jacobian(model, x)[0, :, :, 0]
    moved = slopes.abs().amax(dim=(1, 3)).numpy() > 0
    distance = hop_distance(adjacency(H36M_17))
    np.testing.assert_array_equal(moved, distance <= hops * (2 + 2 * layers))


@torch.no_grad()
def test_masked_weights_act_through_the_norm_alone(settled):
    outputs = {}
    for max_norm in (True, False):
        model = settled(tiny(hops=1, max_norm=max_norm))
        before = model(poses())
        for layer in (model.input.linear, model.output):
            pairs = layer.weight.view(JOINTS, layer.in_channels, JOINTS, layer.out_channels)
            pairs += 3 * (model.neighbours == 0)[:, None, :, None]
        outputs[max_norm] = (before, model(poses()))
    assert torch.equal(*outputs[False])
    assert not torch.allclose(*outputs[True], atol=1e-3)


def test_masked_weights_are_trained_through_the_norm():
    model = tiny(hops=1)
    model(poses()).square().sum().backward()
    pairs = model.output.weight.grad.view(JOINTS, 4, JOINTS, 3)
    hidden = pairs[(model.neighbours == 0)[:, None, :, None].expand_as(pairs)]
    assert (hidden != 0).all()


@torch.no_grad()
def test_every_weight_matrix_is_clipped_to_norm_one_and_small_ones_are_left_alone():
    layer = tiny(hops=16).input.linear
    everything = torch.ones(JOINTS, JOINTS)
    assert layer.weight.norm() > 1
    assert layer.effective_weight(everything).norm().item() == pytest.approx(1, rel=1e-5)
    layer.weight.mul_(0.5 / layer.weight.norm())
    assert torch.equal(layer.effective_weight(everything), layer.weight)


@pytest.mark.parametrize(
    "change",
    [
        {"batch_norm": False},
        {"residual": False},
        {"max_norm": False},
        {"add_input": False},
        {"mask": "learnable"},
        {"hops": 2},
        {"graph": "bones"},
        {"graph": "random"},
        {"share": "symmetric"},
        LAPLACIAN,
    ],
    ids=str,
)
def test_each_setting_changes_the_result(settled, change):
    check_that_it_changes(settled, {}, change)


@pytest.mark.parametrize(
    ("base", "change"),
    [
        ({"graph": "random"}, {"graph_edges": 21}),
        ({"graph": "random"}, {"graph_seed": 147}),
        (LAPLACIAN, {"limb_lengths": LENGTHS[::-1]}),
        (LAPLACIAN, {"mask": "learnable"}),
        ({"mask": "learnable"}, {"share": "symmetric"}),
    ],
    ids=str,
)
def test_each_setting_that_needs_another_changes_the_result(settled, base, change):
    check_that_it_changes(settled, base, change)


def check_that_it_changes(settled, base, change):
    plain, changed = settled(tiny(**base)), settled(tiny(**{**base, **change}))
    # Equal weights for all that both have.
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


def test_a_learnable_mask_starts_as_asked_and_never_leaves_the_neighbourhood(settled):
    starts = {kind: tiny(mask="learnable", mask_init=kind) for kind in ("same", "ones", "random")}
    assert torch.equal(starts["same"].mask_logits, starts["same"].neighbours)
    assert torch.equal(starts["ones"].mask_logits, torch.ones(JOINTS, JOINTS))
    logits = starts["random"].mask_logits
    assert ((logits >= 0) & (logits < 1)).all()
    assert logits.unique().numel() > JOINTS
    for model in starts.values():
        mask = model.joint_mask()
        assert torch.equal(mask == 0, model.neighbours == 0)
        # The softmax runs over all joints, and what falls outside is not made up for.
        assert (mask.sum(dim=0) < 1 - 1e-4)[(model.neighbours == 0).any(dim=0)].all()


@pytest.mark.parametrize("mask", ["fixed", "learnable"])
def test_the_mask_is_the_neighbourhood_in_the_graph(mask):
    for wiring in WIRINGS[:3]:
        edges = {"edges": wiring.get("graph_edges", 20), "seed": wiring.get("graph_seed", 146)}
        adjacent = graph_adjacency(H36M_17, wiring.get("graph", "lcn"), **edges)
        model = tiny(mask=mask, **wiring)
        np.testing.assert_array_equal(model.joint_mask().detach() != 0, hop_mask(adjacent, wiring["hops"]).T)
    expected = laplacian_mask(adjacency(H36M_17), np.array(LENGTHS))
    laplacian = tiny(mask=mask, mask_init="same", **LAPLACIAN)
    np.testing.assert_allclose(laplacian.neighbours, expected.T, rtol=1e-6)
    if mask == "fixed":
        assert torch.equal(laplacian.joint_mask(), laplacian.neighbours)
    else:
        softmax = torch.softmax(laplacian.neighbours, dim=0)
        torch.testing.assert_close(laplacian.joint_mask(), softmax * (laplacian.neighbours != 0))


@pytest.mark.parametrize("mask", ["fixed", "learnable"])
@pytest.mark.parametrize("wiring", WIRINGS, ids=str)
@torch.no_grad()
def test_a_symmetric_network_commutes_with_the_exchange_of_sides(settled, wiring, mask):
    flip, x = H36M_17.flip_permutation.copy(), poses(channels=3)
    for share in ("none", "symmetric"):
        model = settled(tiny(share=share, mask=mask, in_channels=3, **wiring)).double()
        ahead, behind = model(x.double()[:, flip]), model(x.double())[:, flip]
        if share == "symmetric":
            torch.testing.assert_close(ahead, behind, rtol=0, atol=1e-12)
        else:
            assert (ahead - behind).abs().max() > 1e-2


@torch.no_grad()
def test_sharing_changes_no_shape_and_is_to_copy_one_side_to_the_other(settled):
    """What counts are the weights into the joint of lower index, and of those into a joint without a side, likewise
    the ones from the joint of lower index.
    """
    plain, symmetric = settled(tiny()), settled(tiny(share="symmetric"))
    assert {k: v.shape for k, v in plain.state_dict().items()} == {
        k: v.shape for k, v in symmetric.state_dict().items()
    }
    flip = H36M_17.flip_permutation
    for layer in (plain.input.linear, plain.blocks[0].first.linear, plain.blocks[0].second.linear, plain.output):
        pairs = layer.weight.view(JOINTS, layer.in_channels, JOINTS, layer.out_channels)
        bias = layer.bias.view(JOINTS, layer.out_channels)
        for i, j in np.ndindex(JOINTS, JOINTS):
            if (flip[j], flip[i]) > (j, i):
                pairs[flip[i], :, flip[j]] = pairs[i, :, j]
        for right, left in ((1, 4), (2, 5), (3, 6), (14, 11), (15, 12), (16, 13)):
            bias[max(left, right)] = bias[min(left, right)]
    torch.testing.assert_close(symmetric(poses()), plain(poses()))


def test_idle_weights_have_no_effect_whatsoever():
    model = tiny(share="symmetric")
    model(poses()).square().sum().backward()
    gradient = model.output.bias.grad.view(JOINTS, 3).abs().sum(dim=1)
    idle = [4, 5, 6, 14, 15, 16]
    assert (gradient[idle] == 0).all()
    assert (gradient[[j for j in range(JOINTS) if j not in idle]] > 0).all()
    pairs = model.output.weight.grad.view(JOINTS, 4, JOINTS, 3)
    assert (pairs[:, :, idle] == 0).all()
    assert (pairs[:, :, [1, 2, 3, 11, 12, 13]] != 0).all()


def after_folding(network, x: np.ndarray) -> np.ndarray:
    """What the exported network computes."""

    def hidden(y, layer):
        y = y @ layer.weight + layer.bias
        return np.where(y > 0, y, network.slope * y)

    y = hidden(x.reshape(len(x), -1), network.input)
    for first, second in network.blocks:
        inner = hidden(hidden(y, first), second)
        y = y + inner if network.residual else inner
    joints = (y @ network.output.weight + network.output.bias).reshape(len(x), network.joints, 3)
    joints[..., :2] += x[..., :2] * network.add_input
    return joints


@pytest.mark.parametrize("mask", ["fixed", "learnable"])
@pytest.mark.parametrize("share", ["none", "symmetric"])
@pytest.mark.parametrize("wiring", [*WIRINGS, {"max_norm": False, "batch_norm": False, "residual": False}], ids=str)
@torch.no_grad()
def test_folding_keeps_the_function(settled, wiring, share, mask):
    model = settled(tiny(share=share, mask=mask, **wiring))
    expected = model(poses()).numpy()
    np.testing.assert_allclose(after_folding(model.folded(), poses().numpy()), expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_output_scale_scales_the_first_output():
    outputs = []
    for scale in (1.0, 0.1):
        torch.manual_seed(0)
        outputs.append(tiny(output_scale=scale, max_norm=False, add_input=False).eval()(poses()))
    torch.testing.assert_close(outputs[0] * 0.1, outputs[1])


@torch.no_grad()
def test_add_input_adds_x_and_y_but_not_the_confidence(settled):
    x = poses(channels=3)
    offset = settled(tiny(in_channels=3))(x) - settled(tiny(in_channels=3, add_input=False))(x)
    torch.testing.assert_close(offset[..., :2], x[..., :2], rtol=0, atol=1e-5)
    assert (offset[..., 2] == 0).all()


def test_first_weights_follow_the_published_initialiser():
    torch.manual_seed(0)
    linear = create_model("lcn", channels=16).blocks[0].first.linear
    for tensor in (linear.weight, linear.bias):
        unit = tensor.detach() / np.sqrt(2 / len(tensor))
        assert unit.abs().max() <= 2
        # The standard deviation of a normal distribution cut at two sigma.
        assert unit.std().item() == pytest.approx(0.8796, abs=0.06)


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": 0},
        {"hops": -1},
        {"layers": -1},
        {"in_channels": 1},
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"mask": "moving"},
        {"mask_init": "zeros"},
        {"graph": "tree"},
        {"graph_edges": 15, "graph": "random"},
        {"graph_edges": 137, "graph": "random"},
        {"graph_edges": -1},
        {"graph_seed": -1},
        {"neighbourhood": "all"},
        {"limb_lengths": (), "neighbourhood": "laplacian"},
        {"limb_lengths": LENGTHS[1:], "neighbourhood": "laplacian"},
        {"limb_lengths": LENGTHS, "neighbourhood": "laplacian", "graph": "bones"},
        {"limb_lengths": (0.0, *LENGTHS[1:]), "neighbourhood": "laplacian"},
        {"limb_lengths": (float("inf"), *LENGTHS[1:]), "neighbourhood": "laplacian"},
        {"limb_lengths": LENGTHS},
        {"share": "all"},
        {"normalisation": "none"},
    ],
    ids=str,
)
def test_a_setting_out_of_range_is_named(wrong):
    with pytest.raises(RecipeError, match=f"model.{next(iter(wrong))}"):
        tiny(**wrong)


def test_an_unknown_skeleton_is_named():
    with pytest.raises(SkeletonError, match="h36m18"):
        tiny(skeleton="h36m18")
