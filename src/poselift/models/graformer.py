"""GraFormer of Zhao, Wang and Tian, "GraFormer: Graph-Oriented Transformer for 3D Pose Estimation", CVPR 2022; sizes,
structure and first values of convolutions as in its released code.

Layers look at all joints (GraAttention: attention, then two graph convolutions over a graph that is learned) and then
at those within two edges (two Chebyshev convolutions over the bones). A path goes around each of the three.

The Laplacian is that of the released code: of bones and self-connections, rows normalised, not rescaled. Two things
are not as there. Each layer draws its first weights, where the code copies those of one. And the learned graph is
normalised by its columns' sums as long as these are positive, below which the code takes the root of what has none.

Shapes: B batch, J joints, K input channels, C channels, H heads.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional

from poselift.models.base import LiftingNetwork
from poselift.models.config import NetworkConfig
from poselift.models.graph_network import SharedConvolution, bone_affinity
from poselift.skeleton import Skeleton, skeleton_of

_LEAST_SUM = 1e-2


class GraFormerConfig(NetworkConfig):
    """Everything that fixes the network but its weights; defaults as released.

    Attributes:
        channels: of a joint in the hidden layers.
        layers: how often joints are mixed by attention, a learned graph and the bones.
        heads: of each attention; they share the channels.
        dropout: probability to drop a unit of what attention, and of what the learned graph, adds.
        inner_dropout: probability to drop a weight of attention, and a unit of the Chebyshev convolutions.
        output_scale: factor on the initial weights of the last layer.
    """

    channels: int = Field(default=96, ge=1)
    layers: int = Field(default=5, ge=0)
    heads: int = Field(default=4, ge=1)
    dropout: float = Field(default=0.25, ge=0, lt=1)
    inner_dropout: float = Field(default=0.1, ge=0, lt=1)
    output_scale: float = 1.0

    @model_validator(mode="after")
    def _heads_share(self) -> GraFormerConfig:
        if self.channels % self.heads:
            raise ValueError(f"channels: expected a multiple of {self.heads} heads, got {self.channels}")
        return self


def quadratic_terms(skeleton: Skeleton) -> np.ndarray:
    """(3, J, J) float32: Chebyshev polynomials of degree 0 to 2 of the Laplacian."""
    single = np.eye(len(skeleton), dtype=np.float32)
    laplacian = single - bone_affinity(skeleton)
    return np.stack([single, laplacian, 2 * laplacian @ laplacian - single])


def chebyshev_convolution(skeleton: Skeleton, in_channels: int, out_channels: int) -> SharedConvolution:
    """(B, J, in_channels) to (B, J, out_channels) over the bones; each joint reaches two edges far."""
    made = SharedConvolution(quadratic_terms(skeleton), in_channels, out_channels)
    # Glorot's of the stack of matrices: small enough that blocks without any norm start as their way around.
    nn.init.normal_(made.weight, std=math.sqrt(2 / ((1 + len(made.weight)) * in_channels * out_channels)))
    return made


class Attention(nn.Module):
    """Each joint looks at all joints: (B, J, C) to (B, J, C)."""

    def __init__(self, config: GraFormerConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query, self.key, self.value, self.output = (
            nn.Linear(config.channels, config.channels) for _ in range(4)
        )
        self.dropout = nn.Dropout(config.inner_dropout)

    def _of_heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def weights(self, x: Tensor) -> Tensor:
        """(B, H, J, J): how much each joint (row) looks at each; rows sum to one."""
        query, key = self._of_heads(self.query(x)), self._of_heads(self.key(x))
        return torch.softmax(query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1]), dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        seen = self.dropout(self.weights(x)) @ self._of_heads(self.value(x))
        return cast(Tensor, self.output(seen.transpose(1, 2).flatten(2)))


class LearnedGraph(nn.Module):
    """Two graph convolutions over one graph that is learned, at first of self-connections alone; the code's
    GraphNet of LAM-GConv: (B, J, C) to (B, J, C)."""

    def __init__(self, joints: int, channels: int) -> None:
        super().__init__()
        self.graph = nn.Parameter(torch.eye(joints))
        self.widen, self.narrow = nn.Linear(channels, 2 * channels), nn.Linear(2 * channels, channels)

    def affinity(self) -> Tensor:
        """(J, J): how much of joint j (column) enters joint i (row)."""
        root = self.graph.sum(dim=0).clamp(min=_LEAST_SUM).rsqrt()
        return root[:, None] * self.graph * root

    def forward(self, x: Tensor) -> Tensor:
        affinity = self.affinity()
        hidden = functional.relu(self.widen(torch.einsum("ij,bjc->bic", affinity, x)))
        return cast(Tensor, self.narrow(torch.einsum("ij,bjc->bic", affinity, hidden)))


class GraFormerLayer(nn.Module):
    """Attention, learned graph, bones, with a path around each."""

    def __init__(self, config: GraFormerConfig, skeleton: Skeleton) -> None:
        super().__init__()
        self.attention, self.learned = Attention(config), LearnedGraph(len(skeleton), config.channels)
        self.attention_norm, self.learned_norm = nn.LayerNorm(config.channels), nn.LayerNorm(config.channels)
        self.first = chebyshev_convolution(skeleton, config.channels, config.channels)
        self.second = chebyshev_convolution(skeleton, config.channels, config.channels)
        self.dropout, self.inner_dropout = nn.Dropout(config.dropout), nn.Dropout(config.inner_dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.attention(self.attention_norm(x)))
        x = x + self.dropout(self.learned(self.learned_norm(x)))
        y = self.inner_dropout(functional.relu(self.first(x)))
        return cast(Tensor, x + self.inner_dropout(functional.relu(self.second(y))))


class GraFormer(LiftingNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    Config = GraFormerConfig
    config: GraFormerConfig

    def __init__(self, config: GraFormerConfig) -> None:
        super().__init__()
        self.config = config
        self.skeleton = skeleton_of(config.skeleton)
        self.input = chebyshev_convolution(self.skeleton, config.in_channels, config.channels)
        self.layers = nn.Sequential(*(GraFormerLayer(config, self.skeleton) for _ in range(config.layers)))
        self.output = chebyshev_convolution(self.skeleton, config.channels, config.out_channels)
        with torch.no_grad():
            for parameter in self.output.parameters():
                parameter.mul_(config.output_scale)

    def forward(self, joints_norm: Tensor) -> Tensor:
        joints_norm = joints_norm.reshape(-1, *joints_norm.shape[-2:])
        return cast(Tensor, self.output(self.layers(self.input(joints_norm))))
