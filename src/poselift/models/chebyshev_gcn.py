"""The Chebyshev graph convolution of Defferrard, Bresson and Vandergheynst, "Convolutional Neural Networks on Graphs
with Fast Localized Spectral Filtering", NIPS 2016, from which the LCN's code descends.

A filter is a polynomial of the graph's Laplacian: one matrix for each degree, shared by all joints. A polynomial of
degree K reaches K edges far, and two joints as far from each other, with the same edges between, act alike. It is
in the frame of `graph_network`, so that it differs from the others of the family in the convolution alone.

The largest eigenvalue, by which the Laplacian is rescaled, is computed and not taken to be 2. The paper counts the
terms, K + 1 here, and pools joints between layers, which a pose has no use for.

Shapes: J joints, N terms.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from pydantic import Field
from torch import nn

from poselift.models.graph_network import GraphNetwork, GraphNetworkConfig, SharedConvolution
from poselift.skeleton.graph import graph_adjacency, normalised_by_degree


class ChebyshevGCNConfig(GraphNetworkConfig):
    """Everything that fixes the network but its weights.

    Attributes:
        hops: degree of the polynomial: how many edges far a convolution reaches.
        graph: "bones", or "lcn" to add the edges that the LCN's graph has besides.
    """

    hops: int = Field(default=3, ge=0)
    graph: Literal["bones", "lcn"] = "bones"


def rescaled_laplacian(adjacent: Bool[np.ndarray, "joints joints"]) -> Float[np.ndarray, "joints joints"]:
    """2 L / l - I with eigenvalues from -1 to 1, where L = I - D^-1/2 A D^-1/2 and l is its largest eigenvalue."""
    laplacian = np.diag(adjacent.any(axis=1).astype(np.float64)) - normalised_by_degree(adjacent)
    largest = np.linalg.eigvalsh(laplacian)[-1]
    rescaled: np.ndarray = laplacian * (2 / largest if largest > 0 else 0) - np.eye(len(adjacent))
    return rescaled


def chebyshev_terms(
    rescaled: Float[np.ndarray, "joints joints"], hops: int
) -> Float[np.ndarray, "terms joints joints"]:
    """The Chebyshev polynomials of degree 0 to `hops` of a matrix, float32: T0 = I, T1 = X, Tk = 2 X Tk-1 - Tk-2."""
    terms = [np.eye(len(rescaled)), rescaled]
    while len(terms) <= hops:
        terms.append(2 * rescaled @ terms[-1] - terms[-2])
    return np.stack(terms[: hops + 1]).astype(np.float32)


class ChebyshevGCN(GraphNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    Config = ChebyshevGCNConfig
    config: ChebyshevGCNConfig

    def convolution(self, in_channels: int, out_channels: int) -> nn.Module:
        laplacian = rescaled_laplacian(graph_adjacency(self.skeleton, self.config.graph))
        return SharedConvolution(chebyshev_terms(laplacian, self.config.hops), in_channels, out_channels)
