"""Losses of single coordinates, of `predicted` (..., J, 3 or 4) and `target` (..., J, 3)."""

from __future__ import annotations

from torch import Tensor


def squared(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The mean squared difference of a coordinate; `weights` (J, 1)."""
    return ((predicted[..., :3] - target).square() * weights).mean()


def absolute(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The mean absolute difference of a coordinate; `weights` (J, 1)."""
    return ((predicted[..., :3] - target).abs() * weights).mean()
