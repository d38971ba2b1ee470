"""Losses of single coordinates."""

from __future__ import annotations

from torch import Tensor


def squared(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The mean squared difference of a coordinate; `predicted` and `target` (..., J, 3), `weights` (J, 1)."""
    return ((predicted - target).square() * weights).mean()


def absolute(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The mean absolute difference of a coordinate; `predicted` and `target` (..., J, 3), `weights` (J, 1)."""
    return ((predicted - target).abs() * weights).mean()
