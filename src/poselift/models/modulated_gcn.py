"""Zou and Tang, "Modulated Graph Convolutional Network for 3D Human Pose Estimation", ICCV 2021; structure, both
modulations and their first values as in its released code.

All joints share two matrices, one for a joint itself and one for its neighbours. Weight modulation lets joints differ
all the same: what a joint gives is multiplied, channel by channel, by a vector of its own. Affinity modulation learns
who feeds whom: a matrix, kept symmetric, is added to the fixed one, so that any joint may feed any other.

The released code has two networks: of 16 joints and 128 channels for true 2D (0.29 M parameters), and a wider one for
detections that ends in a non-local layer (`non_local`), which the 1.10 M of the paper at 256 channels do not contain.
Initial weights are Glorot's for each matrix; biases start at 0.

Shapes: B batch, J joints, K input channels, C channels.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from poselift.models.graph_network import GraphNetwork, GraphNetworkConfig, glorot
from poselift.skeleton import Skeleton, adjacency

# What the learned affinity starts from.
_AFFINITY_START = 1e-6


class ModulatedGCNConfig(GraphNetworkConfig):
    """Everything that fixes the network but its weights; defaults as published for true 2D.

    Attributes:
        non_local: attention over all joints before the last layer, as in the released network for detections.
    """

    non_local: bool = False


def decoupled_affinity(skeleton: Skeleton) -> Tensor:
    """(J, J) float32: how much of joint j (column) enters joint i (row): all of itself, and the mean of those that a
    bone joins to it. Its symmetric half is what the released code computes with."""
    joined = adjacency(skeleton, extra_edges=False).astype(np.float32)
    mean = joined / np.maximum(joined.sum(axis=1, keepdims=True), 1)
    affinity = mean + np.eye(len(skeleton), dtype=np.float32)
    return torch.from_numpy((affinity + affinity.T) / 2)


class ModulatedConvolution(nn.Module):
    """sum_n affinity_n @ (modulation * (x @ weight_n)) + bias; n is 0 from a joint to itself, 1 from the others."""

    def __init__(self, affinity: Tensor, in_channels: int, out_channels: int) -> None:
        super().__init__()
        joints = len(affinity)
        self.affinity: Tensor
        self.register_buffer("affinity", affinity, persistent=False)
        self.affinity_modulation = nn.Parameter(torch.full((joints, joints), _AFFINITY_START))
        self.weight = glorot(2, in_channels, out_channels)
        self.weight_modulation = nn.Parameter(torch.ones(joints, out_channels))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def modulated_affinity(self) -> Tensor:
        """(J, J), symmetric."""
        learned: Tensor = self.affinity_modulation
        return self.affinity + (learned + learned.T) / 2

    def forward(self, x: Tensor) -> Tensor:
        affinity = self.modulated_affinity()
        itself = affinity.diagonal()
        given: list[Tensor] = [self.weight_modulation * (x @ weight) for weight in self.weight]
        from_others = torch.einsum("ij,bjc->bic", affinity - torch.diag(itself), given[1])
        return itself[:, None] * given[0] + from_others + self.bias


class NonLocal(nn.Module):
    """Wang et al., "Non-local Neural Networks", CVPR 2018, over joints, in the embedded Gaussian form: one head of
    attention, half as wide, around which x goes; the last batch norm starts at 0."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(channels // 2, 1)
        self.query, self.key, self.value = (nn.Linear(channels, inner) for _ in range(3))
        self.back = nn.Linear(inner, channels)
        self.norm = nn.BatchNorm1d(channels)
        nn.init.zeros_(self.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        attention = torch.softmax(self.query(x) @ self.key(x).transpose(1, 2), dim=-1)
        y = self.back(attention @ self.value(x))
        return cast(Tensor, x + self.norm(y.flatten(0, 1)).view(x.shape))


class ModulatedGCN(GraphNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    Config = ModulatedGCNConfig
    config: ModulatedGCNConfig

    def __init__(self, config: ModulatedGCNConfig) -> None:
        super().__init__(config)
        self.non_local = NonLocal(config.channels) if config.non_local else nn.Identity()

    def convolution(self, in_channels: int, out_channels: int) -> nn.Module:
        return ModulatedConvolution(decoupled_affinity(self.skeleton), in_channels, out_channels)

    def forward(self, joints_norm: Tensor) -> Tensor:
        return cast(Tensor, self.output(self.non_local(self.features(joints_norm))))
