"""The loss of networks that say how sure they are."""

from __future__ import annotations

import torch
from torch import Tensor


def likelihood(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """How unlikely the target is, where a joint's density falls off with its distance d as exp(-3 d / e).

    Up to factors and constants this is d / e + log e, the negative logarithm of the Laplace density in space whose
    mean distance is e. `predicted` (..., J, 4) holds x, y, z and log e, `target` (..., J, 3), `weights` (J, 1).

    After Kendall and Gal, "What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision?",
    NeurIPS 2017.
    """
    distances = torch.linalg.vector_norm(predicted[..., :3] - target, dim=-1, keepdim=True)
    log_expected = predicted[..., 3:]
    unlikely: Tensor = distances * torch.exp(-log_expected) + log_expected
    return (unlikely * weights).mean()
