"""Graph convolutions that share their weights in different ways: Liu, Ding, Zou, Wang and Tang, "A Comprehensive
Study of Weight Sharing in Graph Networks for 3D Human Pose Estimation", ECCV 2020.

A graph convolution gives each joint a weighted mean of itself and of the joints that bones join to it, transformed by
matrices. With a(i, j) how much of joint j enters joint i, the five ways of the paper are

    full              sum_j a(i, j) x(j) W          one matrix: the plain graph convolution of Kipf and Welling 2017
    pre_aggregation   sum_j a(i, j) x(j) W(j)       one for each joint that feeds
    post_aggregation  (sum_j a(i, j) x(j)) W(i)     one for each joint that is fed
    convolution       sum_j a(i, j) x(j) W(s(i, j)) one for each side: itself, nearer to the root, farther from it
    none              sum_j a(i, j) x(j) W(i, j)    one for each pair: the locally connected layer of Ci et al. 2019

of which the first three may have separate matrices for a joint itself ("decoupled"); the others have them anyway.
The paper's best is the decoupled pre_aggregation, with which it compares itself to others.

Initial weights are Glorot's for each matrix, so that all ways start alike; biases start at 0.

Shapes: B batch, J joints, K input channels, C channels, N matrices.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import torch
from pydantic import model_validator
from torch import Tensor, nn

from poselift.errors import RecipeError
from poselift.models.graph_network import GraphNetwork, GraphNetworkConfig, SharedConvolution, bone_affinity, glorot
from poselift.skeleton import Skeleton, adjacency, hop_distance

Sharing: TypeAlias = Literal["full", "pre_aggregation", "post_aggregation", "convolution", "none"]


class WeightUnsharingGCNConfig(GraphNetworkConfig):
    """Everything that fixes the network but its weights; defaults are the paper's best.

    Attributes:
        sharing: which joints share a matrix, see the module.
        decoupled: a joint itself has other matrices than its neighbours.
    """

    sharing: Sharing = "pre_aggregation"
    decoupled: bool = True

    @model_validator(mode="after")
    def _can_be_coupled(self) -> WeightUnsharingGCNConfig:
        if not self.decoupled and self.sharing in ("convolution", "none"):
            raise RecipeError(
                f'model.decoupled: where model.sharing is "{self.sharing}" a joint always has a matrix of its own',
                "leave model.decoupled out",
            )
        return self


class UnsharedConvolution(nn.Module):
    """scatter @ ((gather @ x)_n @ weight_n) + bias: each matrix has a mean of joints for itself."""

    def __init__(self, gather: np.ndarray, scatter: np.ndarray, in_channels: int, out_channels: int) -> None:
        """gather: (N, J), how much of each joint goes into matrix n; scatter: (J, N), how much comes out of it."""
        super().__init__()
        self.gather: Tensor
        self.scatter: Tensor
        self.register_buffer("gather", torch.from_numpy(gather), persistent=False)
        self.register_buffer("scatter", torch.from_numpy(scatter), persistent=False)
        self.weight = glorot(len(gather), in_channels, out_channels)
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        # Matrices first: a batch of products over (B, K) rows.
        gathered = torch.einsum("nj,bjk->nbk", self.gather, x)
        return torch.einsum("jn,nbc->bjc", self.scatter, torch.bmm(gathered, self.weight)) + self.bias


def split_by_self(affinity: np.ndarray) -> np.ndarray:
    """(J, J) to (2, J, J): what a joint has of itself, and of others."""
    itself = np.diag(affinity.diagonal())
    return np.stack([itself, affinity - itself])


def split_by_side(affinity: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """(J, J) to (3, J, J): what a joint has of itself, of those nearer to the root, and of those farther from it.

    Of two as far from the root, which no bone of a tree joins, that of the lower index counts as nearer.
    """
    joints = len(skeleton)
    distance = hop_distance(adjacency(skeleton, extra_edges=False))[skeleton.root_indices]
    # What no bone reaches is farthest. In steps of J, so that the index decides between equals.
    rank = np.where(distance < 0, joints, distance).min(axis=0) * joints + np.arange(joints)
    nearer, farther = rank[None, :] < rank[:, None], rank[None, :] > rank[:, None]
    return np.stack([affinity * which for which in (np.eye(joints, dtype=np.float32), nearer, farther)])


class WeightUnsharingGCN(GraphNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    Config = WeightUnsharingGCNConfig
    config: WeightUnsharingGCNConfig

    def convolution(self, in_channels: int, out_channels: int) -> nn.Module:
        sharing, affinity = self.config.sharing, bone_affinity(self.skeleton)
        parts = split_by_self(affinity) if self.config.decoupled else affinity[None]
        if sharing == "full":
            return SharedConvolution(parts, in_channels, out_channels)
        if sharing == "convolution":
            return SharedConvolution(split_by_side(affinity, self.skeleton), in_channels, out_channels)
        single = np.eye(len(affinity), dtype=np.float32)
        if sharing == "pre_aggregation":
            gather, scatter = np.concatenate([single] * len(parts)), np.concatenate(parts, axis=1)
        elif sharing == "post_aggregation":
            gather, scatter = np.concatenate(parts), np.concatenate([single] * len(parts), axis=1)
        else:
            fed, feeds = affinity.nonzero()
            gather, scatter = single[feeds], single[:, fed] * affinity[fed, feeds]
        return UnsharedConvolution(gather, scatter, in_channels, out_channels)
