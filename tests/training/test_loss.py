"""Training losses, by hand."""

from __future__ import annotations

import pytest
import torch

from poselift.errors import SkeletonError
from poselift.skeleton import H36M_17
from poselift.training.loss import joint_weights, training_loss
from poselift.training.recipe import LossRecipe

PREDICTED = torch.tensor([[[3.0, 4.0, 0.0], [0.0, 0.0, 2.0]]])
TARGET = torch.zeros(1, 2, 3)
EVEN = torch.ones(2, 1)


@pytest.mark.parametrize(("kind", "expected"), [("mse", 29 / 6), ("l1", 9 / 6), ("mpjpe", 7 / 2)])
def test_losses_by_hand(kind, expected):
    assert training_loss(kind, PREDICTED, TARGET, EVEN).item() == pytest.approx(expected)


@pytest.mark.parametrize(("kind", "expected"), [("mse", 25 * 2 / 6), ("l1", 7 * 2 / 6), ("mpjpe", 5)])
def test_a_joint_of_weight_0_does_not_count(kind, expected):
    weights = torch.tensor([[2.0], [0.0]])
    assert training_loss(kind, PREDICTED, TARGET, weights).item() == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["mse", "l1", "mpjpe"])
def test_the_gradient_of_a_perfect_prediction_is_finite(kind):
    predicted = TARGET.clone().requires_grad_()
    training_loss(kind, predicted, TARGET, EVEN).backward()
    assert torch.equal(predicted.grad, torch.zeros_like(TARGET))


def test_joint_weights_have_mean_1():
    weights = joint_weights(LossRecipe(joint_weights={"left_wrist": 18.0}), H36M_17)
    assert weights.mean().item() == pytest.approx(1)
    assert weights[H36M_17.index("left_wrist")].item() == pytest.approx(18 * 17 / 34)


def test_an_unknown_joint_is_named():
    with pytest.raises(SkeletonError, match="left_wrsit") as caught:
        joint_weights(LossRecipe(joint_weights={"left_wrsit": 2.0}), H36M_17)
    assert "left_wrist" in caught.value.hint
