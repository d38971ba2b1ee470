"""Losses of whole joints."""

from __future__ import annotations

import torch
from torch import Tensor


def distance(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The mean distance of a joint from its place; `predicted` and `target` (..., J, 3), `weights` (J, 1)."""
    distances: Tensor = torch.linalg.vector_norm(predicted - target, dim=-1, keepdim=True)
    return (distances * weights).mean()
