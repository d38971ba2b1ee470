"""The training loss: a weighted sum of terms of `losses.LOSSES`."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from poselift.lookup import look_up
from poselift.skeleton import Skeleton
from poselift.training.losses import LOSSES
from poselift.training.recipe import LossRecipe


def joint_weights(recipe: LossRecipe, skeleton: Skeleton) -> Tensor:
    """Weight of each joint (J, 1), of mean 1.

    Raises:
        SkeletonError: the recipe weighs a joint that the skeleton does not have.
    """
    weights = torch.ones(len(skeleton), 1)
    for joint, weight in recipe.joint_weights.items():
        weights[skeleton.index(joint)] = weight
    return weights / weights.mean()


def half_squares(model: nn.Module) -> Tensor:
    """Half the sum of squares of all weights and biases of a network, but not of its norms and masks."""
    chosen = [p for name, p in model.named_parameters() if name.endswith(("weight", "bias"))]
    return sum((p.square().sum() for p in chosen), start=torch.zeros((), device=chosen[0].device)) / 2


def training_loss(terms: Mapping[str, float], predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The loss of a batch (B, J, 3) or (B, T, J, 3) as one number.

    Args:
        terms: how much each term of `losses.LOSSES` counts.
        weights: (J, 1) of the joints, from `joint_weights`.

    Raises:
        RecipeError: there is no such term.
    """
    predicted = predicted.float()
    parts: list[Tensor] = [
        factor * look_up(LOSSES, name, "loss")(predicted, target, weights) for name, factor in terms.items()
    ]
    return torch.stack(parts).sum() if len(parts) > 1 else parts[0]
