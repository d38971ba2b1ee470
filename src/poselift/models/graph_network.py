"""The frame that lifting graph convolutional networks share, that of SemGCN (Zhao et al. 2019) and its successors: a
convolution over the skeleton's graph, residual blocks of two convolutions each, and one more that gives the pose.

What a convolution is, each network says. Behind every one but the last come batch norm over all else than channels,
ReLU and dropout.

Shapes: B batch, J joints, K input channels, C channels.
"""

from __future__ import annotations

from typing import Protocol, cast

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from poselift.models.base import LiftingNetwork
from poselift.models.config import NetworkConfig
from poselift.models.dropout import Dropout
from poselift.skeleton import Skeleton, adjacency, skeleton_of


class GraphNetworkConfig(NetworkConfig):
    """What such networks have in common.

    Attributes:
        channels: channels of a joint in the hidden layers.
        layers: residual blocks of two convolutions each.
        dropout: probability to drop a hidden unit.
        output_scale: factor on the initial weights of the last layer.
    """

    channels: int = Field(default=128, ge=1)
    layers: int = Field(default=4, ge=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    output_scale: float = 1.0


class GraphConvolution(Protocol):
    """(B, J, K) to (B, J, C); `weight` and `bias` are what a factor on its output would multiply."""

    weight: nn.Parameter
    bias: nn.Parameter


def bone_affinity(skeleton: Skeleton) -> np.ndarray:
    """(J, J) float32: how much of joint j (column) enters joint i (row), itself and those that a bone joins to it
    alike; rows sum to one."""
    joined = adjacency(skeleton, extra_edges=False) | np.eye(len(skeleton), dtype=bool)
    affinity: np.ndarray = (joined / joined.sum(axis=1, keepdims=True)).astype(np.float32)
    return affinity


def glorot(*shape: int) -> nn.Parameter:
    """Matrices (..., K, C), each uniform with the variance of Glorot and Bengio 2010 for ReLU."""
    bound = (2 * 6 / (shape[-2] + shape[-1])) ** 0.5
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))


class SharedConvolution(nn.Module):
    """sum_n affinity_n @ (x @ weight_n) + bias: the same matrices for all joints."""

    def __init__(self, affinities: np.ndarray, in_channels: int, out_channels: int) -> None:
        """affinities: (N, J, J), how much of joint j (column) enters joint i (row) by matrix n."""
        super().__init__()
        self.affinities: Tensor
        self.register_buffer("affinities", torch.from_numpy(affinities), persistent=False)
        self.weight = glorot(len(affinities), in_channels, out_channels)
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        moved = torch.einsum("nij,bjk->bink", self.affinities, x).flatten(2)
        return moved @ self.weight.flatten(0, 1) + self.bias


class GraphLayer(nn.Module):
    """Convolution, batch norm, ReLU, dropout."""

    def __init__(self, convolution: nn.Module, channels: int, dropout: float) -> None:
        super().__init__()
        self.convolution = convolution
        self.norm = nn.BatchNorm1d(channels)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        y = self.convolution(x)
        y = functional.relu(self.norm(y.flatten(0, 1)).view(y.shape))
        return cast(Tensor, self.dropout(y))


class GraphBlock(nn.Module):
    """Two layers and a path around both."""

    def __init__(self, first: GraphLayer, second: GraphLayer) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, x + self.second(self.first(x)))


class GraphNetwork(LiftingNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    config: GraphNetworkConfig

    def __init__(self, config: GraphNetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.skeleton = skeleton_of(config.skeleton)
        self.input = self._layer(config.in_channels)
        self.blocks = nn.Sequential(
            *(GraphBlock(self._layer(config.channels), self._layer(config.channels)) for _ in range(config.layers))
        )
        self.output = self.convolution(config.channels, config.out_channels)
        with torch.no_grad():
            last = cast(GraphConvolution, self.output)
            last.weight.mul_(config.output_scale)
            last.bias.mul_(config.output_scale)

    def convolution(self, in_channels: int, out_channels: int) -> nn.Module:
        """A new convolution (B, J, in_channels) to (B, J, out_channels), a `GraphConvolution`."""
        raise NotImplementedError

    def _layer(self, in_channels: int) -> GraphLayer:
        channels = self.config.channels
        return GraphLayer(self.convolution(in_channels, channels), channels, self.config.dropout)

    def features(self, joints_norm: Tensor) -> Tensor:
        """What the last convolution is given, (B, J, C)."""
        joints_norm = joints_norm.reshape(-1, *joints_norm.shape[-2:])
        return cast(Tensor, self.blocks(self.input(joints_norm)))

    def forward(self, joints_norm: Tensor) -> Tensor:
        return cast(Tensor, self.output(self.features(joints_norm)))
