"""Which joint feeds which in a locally connected network, and what the two sides of the body share."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor, nn

from poselift.errors import RecipeError, ShapeError
from poselift.models.lcn_config import LCNConfig
from poselift.skeleton import Skeleton, hop_mask
from poselift.skeleton.graph import graph_adjacency, laplacian_mask, limbs


def network_graph(config: LCNConfig, skeleton: Skeleton) -> Bool[np.ndarray, "joints joints"]:
    """Which joints are neighbours in the graph that a config names.

    Raises:
        RecipeError: an impossible random graph.
    """
    try:
        return graph_adjacency(skeleton, config.graph, edges=config.graph_edges, seed=config.graph_seed)
    except ShapeError as error:
        raise RecipeError(f"model.graph_{error}") from None


def neighbour_matrix(config: LCNConfig, skeleton: Skeleton) -> Tensor:
    """(J, J) float32: 0 where joint i (row) does not feed joint j (column), else how strongly.

    Raises:
        RecipeError: an impossible random graph, or limb lengths that are not those of the graph.
    """
    adjacent = network_graph(config, skeleton)
    if config.neighbourhood == "hops":
        matrix = hop_mask(adjacent, config.hops).astype(np.float32)
    else:
        lengths = np.array(config.limb_lengths, dtype=np.float64)
        if len(lengths) != len(limbs(adjacent)):
            raise RecipeError(
                f"model.limb_lengths: expected {len(limbs(adjacent))}, one for each edge of the graph, "
                f"got {len(lengths)}",
                "the Laplacian needs the mean length of each limb, see skeleton.graph.mean_limb_lengths",
            )
        matrix = laplacian_mask(adjacent, lengths).astype(np.float32)
    # The original transposes its neighbour matrix: rows of the mask are the joints that feed.
    return torch.from_numpy(matrix.T.copy())


class SideSharing(nn.Module):
    """Gives a joint, or a pair of joints, what its mirror image has: of the two, the one of lower index counts."""

    def __init__(self, skeleton: Skeleton) -> None:
        super().__init__()
        flip = skeleton.flip_permutation
        joints = np.arange(len(flip))
        number = joints[:, None] + len(flip) * joints
        self.flip: Tensor
        self.first_joint: Tensor
        self.first_pair: Tensor
        self.register_buffer("flip", torch.from_numpy(flip.copy()), persistent=False)
        self.register_buffer("first_joint", torch.from_numpy(joints <= flip), persistent=False)
        first_pair = torch.from_numpy(number <= number[np.ix_(flip, flip)])
        self.register_buffer("first_pair", first_pair, persistent=False)

    def of_joints(self, values: Tensor) -> Tensor:
        """(J, C) to the same."""
        return torch.where(self.first_joint[:, None], values, values[self.flip])

    def of_pairs(self, values: Tensor) -> Tensor:
        """(J, K, J, C) to the same."""
        mirrored = values[self.flip][:, :, self.flip]
        return torch.where(self.first_pair[:, None, :, None], values, mirrored)

    def of_mask(self, mask: Tensor) -> Tensor:
        """(J, J) to the same."""
        return self.of_pairs(mask[:, None, :, None])[:, 0, :, 0]
