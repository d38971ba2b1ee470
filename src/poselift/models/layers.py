"""What the networks of TensorFlow 1 origin have in common: their batch norm, weight clipping and initialiser.

And what any batch norm does in evaluation.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

BATCH_NORM_EPSILON = 1e-3
BATCH_NORM_MOMENTUM = 0.99


class ChannelBatchNorm(nn.Module):
    """Batch normalisation of the last C channels over all else, with TensorFlow's biased running variance."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))
        self.moving_mean: Tensor
        self.moving_variance: Tensor
        self.register_buffer("moving_mean", torch.zeros(channels))
        self.register_buffer("moving_variance", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, self.channels)
        # In training PyTorch leaves the statistics of the batch here, so that they are computed once.
        mean = torch.zeros_like(self.moving_mean) if self.training else self.moving_mean
        variance = torch.zeros_like(self.moving_variance) if self.training else self.moving_variance
        normalised = functional.batch_norm(
            rows, mean, variance, self.gamma, self.beta, training=self.training, momentum=1.0, eps=BATCH_NORM_EPSILON
        )
        if self.training:
            self.moving_mean.lerp_(mean, 1 - BATCH_NORM_MOMENTUM)
            self.moving_variance.lerp_(variance * (1 - 1 / len(rows)), 1 - BATCH_NORM_MOMENTUM)
        return normalised.view_as(x)


class NormInEvaluation(NamedTuple):
    """What a batch norm goes by in evaluation, (C,) each. The tensors are its own: what is written to them counts."""

    scale: Tensor
    shift: Tensor
    mean: Tensor
    variance: Tensor
    epsilon: float

    def scale_and_shift(self) -> tuple[Tensor, Tensor]:
        """What it does to a channel: times the first, plus the second; both (C,) float64."""
        scale = self.scale.double() / (self.variance.double() + self.epsilon).sqrt()
        return scale, self.shift.double() - self.mean.double() * scale

    @torch.no_grad()
    def settle(self, mean: Tensor, variance: Tensor) -> None:
        """Take the statistics (C,) for those of the channels; what evaluation does stays."""
        scale, shift = self.scale_and_shift()
        self.scale.copy_(scale * (variance.double() + self.epsilon).sqrt())
        self.shift.copy_(shift + mean.double() * scale)
        self.mean.copy_(mean)
        self.variance.copy_(variance)

    @torch.no_grad()
    def only_scale(self, scale: float) -> None:
        """Forget the statistics: evaluation multiplies by `scale` and does nothing else."""
        self.scale.fill_(scale)
        self.shift.zero_()
        self.mean.zero_()
        self.variance.fill_(1 - self.epsilon)


def in_evaluation(norm: nn.Module | None) -> NormInEvaluation | None:
    """What a batch norm, ours or PyTorch's, goes by in evaluation; None of what is none, or knows no statistics."""
    if isinstance(norm, ChannelBatchNorm):
        return NormInEvaluation(norm.gamma, norm.beta, norm.moving_mean, norm.moving_variance, BATCH_NORM_EPSILON)
    if not isinstance(norm, nn.modules.batchnorm._BatchNorm) or not norm.affine:
        return None
    if norm.running_mean is None or norm.running_var is None:
        return None
    return NormInEvaluation(norm.weight, norm.bias, norm.running_mean, norm.running_var, norm.eps)


def norm_clipped(weight: Tensor, elsewhere: Tensor | float = 0.0) -> Tensor:
    """The matrix scaled down to Frobenius norm 1 if it is larger; the gradient flows through the norm.

    Args:
        elsewhere: sum of squares of weights that are not in `weight` and yet count.
    """
    return weight / torch.clamp((weight.square().sum() + elsewhere).sqrt(), min=1.0)


def truncated_normal(*shape: int) -> Tensor:
    """Normal, cut at two sigma, times sqrt(2 / shape[0]); used for biases too."""
    values = nn.init.trunc_normal_(torch.empty(shape), std=1.0, a=-2.0, b=2.0)
    return values * math.sqrt(2 / shape[0])
