"""What the networks of TensorFlow 1 origin have in common: their batch norm, weight clipping and initialiser."""

from __future__ import annotations

import math

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

    def scale_and_shift(self) -> tuple[Tensor, Tensor]:
        """What evaluation does to a channel: times the first, plus the second; both (C,) float64."""
        scale = self.gamma.double() / (self.moving_variance.double() + BATCH_NORM_EPSILON).sqrt()
        return scale, self.beta.double() - self.moving_mean.double() * scale

    @torch.no_grad()
    def settle(self, mean: Tensor, variance: Tensor) -> None:
        """Take the statistics (C,) for those of the channels; what evaluation does stays."""
        scale, shift = self.scale_and_shift()
        self.gamma.copy_(scale * (variance.double() + BATCH_NORM_EPSILON).sqrt())
        self.beta.copy_(shift + mean.double() * scale)
        self.moving_mean.copy_(mean)
        self.moving_variance.copy_(variance)

    @torch.no_grad()
    def only_scale(self, scale: float) -> None:
        """Forget the statistics: evaluation multiplies by `scale` and does nothing else."""
        self.gamma.fill_(scale)
        self.beta.zero_()
        self.moving_mean.zero_()
        self.moving_variance.fill_(1 - BATCH_NORM_EPSILON)


class UnitBatchNorm(nn.BatchNorm1d):
    """PyTorch's batch normalisation of (N, C), which also tells and takes what it does in evaluation."""

    @property
    def channels(self) -> int:
        return self.num_features

    def scale_and_shift(self) -> tuple[Tensor, Tensor]:
        """What evaluation does to a channel: times the first, plus the second; both (C,) float64."""
        mean, variance = self._statistics()
        scale = self.weight.double() / (variance.double() + self.eps).sqrt()
        return scale, self.bias.double() - mean.double() * scale

    @torch.no_grad()
    def settle(self, mean: Tensor, variance: Tensor) -> None:
        """Take the statistics (C,) for those of the channels; what evaluation does stays."""
        scale, shift = self.scale_and_shift()
        self.weight.copy_(scale * (variance.double() + self.eps).sqrt())
        self.bias.copy_(shift + mean.double() * scale)
        for own, other in zip(self._statistics(), (mean, variance), strict=True):
            own.copy_(other)

    @torch.no_grad()
    def only_scale(self, scale: float) -> None:
        """Forget the statistics: evaluation multiplies by `scale` and does nothing else."""
        mean, variance = self._statistics()
        self.weight.fill_(scale)
        self.bias.zero_()
        mean.zero_()
        variance.fill_(1 - self.eps)

    def _statistics(self) -> tuple[Tensor, Tensor]:
        assert self.running_mean is not None
        assert self.running_var is not None
        return self.running_mean, self.running_var


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
