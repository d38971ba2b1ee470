"""Losses of whole joints, of `predicted` (..., J, 3 or 4) and `target` (..., J, 3)."""

from __future__ import annotations

import torch
from torch import Tensor


def distance(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The mean distance of a joint from its place; `weights` (J, 1)."""
    distances: Tensor = torch.linalg.vector_norm(predicted[..., :3] - target, dim=-1, keepdim=True)
    return (distances * weights).mean()
