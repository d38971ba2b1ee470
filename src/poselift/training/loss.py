"""Training losses."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from poselift.skeleton import Skeleton
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


def training_loss(kind: str, predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The loss of a batch (B, J, 3) as one number; `weights` (J, 1) come from `joint_weights`."""
    difference = predicted.float() - target
    if kind == "mse":
        return (difference.square() * weights).mean()
    if kind == "l1":
        return (difference.abs() * weights).mean()
    distance: Tensor = torch.linalg.vector_norm(difference, dim=-1, keepdim=True)
    return (distance * weights).mean()
