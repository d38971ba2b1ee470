"""SemGCN: Zhao, Peng, Tian, Kapadia and Metaxas, "Semantic Graph Convolutional Networks for 3D Human Pose
Regression", CVPR 2019; structure as in its released code.

All joints share two matrices, one for a joint itself and one for its neighbours. How much of each neighbour enters is
learned for each edge and each layer, and sums to one for each joint. With `non_local`, every joint may besides look
at pairs of joints anywhere in the body, after the first layer and after each block.

The released code names the pairs of its skeleton. Here `joint_pairs` finds the same, and others for other skeletons;
a joint that is alone is looked at too, which the released code forgets.
Initial weights are Glorot's for each matrix, where the released code's are smaller and depend on the layer's width;
biases before batch norm, which takes them away, start at 0.

Shapes: B batch, J joints, K input channels, C channels, P pairs.
"""

from __future__ import annotations

from functools import partial
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from poselift.models.graph_network import GraphNetwork, GraphNetworkConfig, glorot
from poselift.skeleton import Skeleton, adjacency


class SemGCNConfig(GraphNetworkConfig):
    """Everything that fixes the network but its weights; defaults as published.

    Attributes:
        non_local: every joint looks at pairs of joints anywhere, after the first layer and after each block.
    """

    non_local: bool = False


class SemanticConvolution(nn.Module):
    """A convolution whose neighbours weigh as learned: (B, J, K) to (B, J, C)."""

    def __init__(self, skeleton: Skeleton, in_channels: int, out_channels: int) -> None:
        super().__init__()
        joined = adjacency(skeleton, extra_edges=False) | np.eye(len(skeleton), dtype=bool)
        self.edges: Tensor
        self.register_buffer("edges", torch.from_numpy(np.flatnonzero(joined)), persistent=False)
        self.joints = len(skeleton)
        self.weight = glorot(2, in_channels, out_channels)
        self.edge_logits = nn.Parameter(torch.ones(int(joined.sum())))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def affinity(self) -> Tensor:
        """(J, J): how much of joint j (column) enters joint i (row); rows sum to one."""
        nowhere = torch.full((self.joints**2,), -torch.inf, dtype=self.bias.dtype, device=self.bias.device)
        logits = nowhere.index_put((self.edges,), self.edge_logits)
        return torch.softmax(logits.view(self.joints, -1), dim=1)

    def forward(self, x: Tensor) -> Tensor:
        affinity = self.affinity()
        itself = affinity.diagonal()
        own, given = x @ self.weight[0], x @ self.weight[1]
        return itself[:, None] * own + (affinity - torch.diag(itself)) @ given + self.bias


def joint_pairs(skeleton: Skeleton) -> list[tuple[int, ...]]:
    """Every joint in one pair: the end of a limb with what it hangs on, a joint with its mirror image, and those of
    the trunk from the root up. Who finds nobody is alone.
    """
    parents, mirror = skeleton.parents, skeleton.flip_permutation
    hung = [(joint, parents[joint]) for joint in sorted(range(len(skeleton)), key=partial(_depth, parents))]
    ends = [(joint, parent) for joint, parent in hung if joint not in parents and mirror[joint] != joint]
    mirrored = [(joint, int(mirror[joint])) for joint in range(len(skeleton)) if mirror[joint] != joint]
    free = set(range(len(skeleton)))
    pairs: list[tuple[int, ...]] = []
    for pair in ends + mirrored + hung:
        if free.issuperset(pair):
            pairs.append(pair)
            free.difference_update(pair)
    return pairs + [(joint,) for joint in sorted(free)]


def _depth(parents: tuple[int, ...], joint: int) -> int:
    """Bones from the root."""
    return 0 if parents[joint] < 0 else 1 + _depth(parents, parents[joint])


class PairwiseNonLocal(nn.Module):
    """Wang et al., "Non-local Neural Networks", CVPR 2018, in the form that joins both sides: (B, J, C) to the same.

    What a joint gets from a pair is the pair's value, of each channel the larger, times the positive part of a linear
    function of both. It starts as the identity.
    """

    def __init__(self, skeleton: Skeleton, channels: int) -> None:
        super().__init__()
        inner = max(channels // 2, 1)
        pairs = np.array([(pair[0], pair[-1]) for pair in joint_pairs(skeleton)])
        self.first: Tensor
        self.second: Tensor
        self.register_buffer("first", torch.from_numpy(pairs[:, 0].copy()), persistent=False)
        self.register_buffer("second", torch.from_numpy(pairs[:, 1].copy()), persistent=False)
        self.query, self.key, self.value = (nn.Linear(channels, inner) for _ in range(3))
        self.relation = nn.Linear(2 * inner, 1, bias=False)
        self.back = nn.Linear(inner, channels)
        self.norm = nn.BatchNorm1d(channels)
        for linear in (self.query, self.key, self.value, self.relation, self.back):
            nn.init.kaiming_normal_(linear.weight)
            if linear.bias is not None:
                nn.init.zeros_(linear.bias)
        nn.init.zeros_(self.norm.weight)

    def relations(self, x: Tensor) -> Tensor:
        """(B, J, P): how much of each pair's value each joint gets."""
        of_joints, of_pairs = self.relation.weight[0].chunk(2)
        seen = (self.query(x) @ of_joints)[:, :, None] + (self._of_pairs(self.key(x)) @ of_pairs)[:, None, :]
        return torch.relu(seen) / len(self.first)

    def _of_pairs(self, x: Tensor) -> Tensor:
        """(B, J, C) to (B, P, C)."""
        return torch.maximum(x[:, self.first], x[:, self.second])

    def forward(self, x: Tensor) -> Tensor:
        y = self.back(self.relations(x) @ self._of_pairs(self.value(x)))
        return cast(Tensor, x + self.norm(y.flatten(0, 1)).view(x.shape))


class SemGCN(GraphNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    Config = SemGCNConfig
    config: SemGCNConfig

    def __init__(self, config: SemGCNConfig) -> None:
        super().__init__(config)
        count = config.layers + 1 if config.non_local else 0
        self.non_local = nn.ModuleList(PairwiseNonLocal(self.skeleton, config.channels) for _ in range(count))

    def convolution(self, in_channels: int, out_channels: int) -> nn.Module:
        return SemanticConvolution(self.skeleton, in_channels, out_channels)

    def features(self, joints_norm: Tensor) -> Tensor:
        if not self.non_local:
            return super().features(joints_norm)
        x = joints_norm.reshape(-1, *joints_norm.shape[-2:])
        for layer, non_local in zip((self.input, *self.blocks), self.non_local, strict=True):
            x = non_local(layer(x))
        return x
