"""Training losses, by hand."""

from __future__ import annotations

import pytest
import torch

from poselift.errors import RecipeError, SkeletonError
from poselift.skeleton import H36M_17
from poselift.training.loss import joint_weights, training_loss
from poselift.training.losses import LOSSES
from poselift.training.recipe import LossRecipe

PREDICTED = torch.tensor([[[3.0, 4.0, 0.0], [0.0, 0.0, 2.0]]])
TARGET = torch.zeros(1, 2, 3)
EVEN = torch.ones(2, 1)
# Those that need no fourth number and no movement; the others are tested in files of their own.
OF_POSES = sorted(LOSSES.keys() - {"likelihood", "velocity"})


@pytest.mark.parametrize(("kind", "expected"), [("mse", 29 / 6), ("l1", 9 / 6), ("mpjpe", 7 / 2)])
def test_losses_by_hand(kind, expected):
    assert training_loss({kind: 1.0}, PREDICTED, TARGET, EVEN).item() == pytest.approx(expected)


@pytest.mark.parametrize(("kind", "expected"), [("mse", 25 * 2 / 6), ("l1", 7 * 2 / 6), ("mpjpe", 5)])
def test_a_joint_of_weight_0_does_not_count(kind, expected):
    weights = torch.tensor([[2.0], [0.0]])
    assert training_loss({kind: 1.0}, PREDICTED, TARGET, weights).item() == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["mse", "l1", "mpjpe"])
def test_the_gradient_of_a_perfect_prediction_is_finite(kind):
    predicted = TARGET.clone().requires_grad_()
    training_loss({kind: 1.0}, predicted, TARGET, EVEN).backward()
    assert torch.equal(predicted.grad, torch.zeros_like(TARGET))


def test_terms_add_up_with_their_weights():
    parts = {name: training_loss({name: 1.0}, PREDICTED, TARGET, EVEN).item() for name in OF_POSES}
    both = training_loss({"mse": 0.5, "mpjpe": 2.0}, PREDICTED, TARGET, EVEN)
    assert both.item() == pytest.approx(0.5 * parts["mse"] + 2 * parts["mpjpe"])


def test_one_term_is_the_loss_bit_by_bit():
    """What training did before there were sums."""
    generator = torch.Generator().manual_seed(0)
    predicted, target = torch.randn(2, 64, 17, 3, generator=generator)
    weights = torch.rand(17, 1, generator=generator)
    difference = predicted - target
    formulas = {
        "mse": (difference.square() * weights).mean(),
        "l1": (difference.abs() * weights).mean(),
        "mpjpe": (torch.linalg.vector_norm(difference, dim=-1, keepdim=True) * weights).mean(),
    }
    assert sorted(formulas) == OF_POSES
    for name, expected in formulas.items():
        assert torch.equal(training_loss({name: 1.0}, predicted, target, weights), expected)


@pytest.mark.parametrize("name", OF_POSES)
def test_a_window_of_frames_counts_as_so_many_poses(name):
    window = PREDICTED.expand(5, 2, 3).reshape(1, 5, 2, 3)
    assert training_loss({name: 1.0}, window, torch.zeros_like(window), EVEN).item() == pytest.approx(
        training_loss({name: 1.0}, PREDICTED, TARGET, EVEN).item()
    )


def test_an_unknown_term_is_named():
    with pytest.raises(RecipeError, match="unknown loss 'huber'"):
        training_loss({"huber": 1.0}, PREDICTED, TARGET, EVEN)


def test_joint_weights_have_mean_1():
    weights = joint_weights(LossRecipe(joint_weights={"left_wrist": 18.0}), H36M_17)
    assert weights.mean().item() == pytest.approx(1)
    assert weights[H36M_17.index("left_wrist")].item() == pytest.approx(18 * 17 / 34)


def test_an_unknown_joint_is_named():
    with pytest.raises(SkeletonError, match="left_wrsit") as caught:
        joint_weights(LossRecipe(joint_weights={"left_wrsit": 2.0}), H36M_17)
    assert "left_wrist" in caught.value.hint
