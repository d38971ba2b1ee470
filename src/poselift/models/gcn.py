"""The plain graph convolution of Kipf and Welling, "Semi-Supervised Classification with Graph Convolutional
Networks", ICLR 2017: all joints share one matrix, so that a joint and those that edges join to it enter alike.

How much of a joint enters another is 1 over the root of the product of their degrees, each joint being a neighbour of
itself (their "renormalisation trick"). The paper classifies the nodes of one large graph by two layers; here the
convolution is in the frame of `graph_network`, so that it differs from the others of the family in itself alone.

Shapes: J joints.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from torch import nn

from poselift.models.graph_network import GraphNetwork, GraphNetworkConfig, SharedConvolution
from poselift.skeleton.graph import graph_adjacency, normalised_by_degree


class GCNConfig(GraphNetworkConfig):
    """Everything that fixes the network but its weights.

    Attributes:
        graph: "bones", or "lcn" to add the edges that the LCN's graph has besides.
    """

    graph: Literal["bones", "lcn"] = "bones"


def renormalised(adjacent: Bool[np.ndarray, "joints joints"]) -> Float[np.ndarray, "joints joints"]:
    """D^-1/2 (A + I) D^-1/2, where D has the sums of A + I: how much of joint j (column) enters joint i (row)."""
    return normalised_by_degree(adjacent | np.eye(len(adjacent), dtype=bool)).astype(np.float32)


class GCN(GraphNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    Config = GCNConfig
    config: GCNConfig

    def convolution(self, in_channels: int, out_channels: int) -> nn.Module:
        affinity = renormalised(graph_adjacency(self.skeleton, self.config.graph))
        return SharedConvolution(affinity[None], in_channels, out_channels)
