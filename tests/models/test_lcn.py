"""Laws of the locally connected network. That it is the original one is the matter of test_lcn_tf1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from poselift.errors import RecipeError, SkeletonError
from poselift.models import create_model
from poselift.skeleton import H36M_17, SKELETONS, Skeleton, adjacency, hop_distance

JOINTS = len(H36M_17)


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
            blocks = tensor.unflatten(-1, (JOINTS, outputs))[..., order, :].flatten(-2)
            if ".weight" in name:
                inputs = in_channels if name.startswith("input") else channels
                blocks = blocks.unflatten(0, (JOINTS, inputs))[order].flatten(0, 1)
            state[name] = blocks
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
            blocks = layer.weight.view(JOINTS, layer.in_channels, JOINTS, layer.out_channels)
            blocks += 3 * (model.neighbours == 0)[:, None, :, None]
        outputs[max_norm] = (before, model(poses()))
    assert torch.equal(*outputs[False])
    assert not torch.allclose(*outputs[True], atol=1e-3)


def test_masked_weights_are_trained_through_the_norm():
    model = tiny(hops=1)
    model(poses()).square().sum().backward()
    blocks = model.output.weight.grad.view(JOINTS, 4, JOINTS, 3)
    hidden = blocks[(model.neighbours == 0)[:, None, :, None].expand_as(blocks)]
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
    ],
    ids=str,
)
def test_each_setting_changes_the_result(settled, change):
    plain, changed = settled(tiny()), settled(tiny(**change))
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
