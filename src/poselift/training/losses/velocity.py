"""Losses of movements, for networks that predict all frames of their window."""

from __future__ import annotations

import torch
from torch import Tensor

from poselift.errors import RecipeError


def velocity(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The mean distance between predicted and true movement of a joint from each frame to the next.

    `predicted` (B, T, J, 3 or 4), `target` (B, T, J, 3), `weights` (J, 1).

    Raises:
        RecipeError: the network predicts single frames.
    """
    if target.ndim < 4:
        raise RecipeError(
            "loss velocity: needs a network that predicts all frames of its window, this one predicts one",
            "leave the term out, or set what the window predicts to all",
        )
    missed = (predicted[..., :3] - target).diff(dim=-3)
    distances: Tensor = torch.linalg.vector_norm(missed, dim=-1, keepdim=True)
    return (distances * weights).mean()
