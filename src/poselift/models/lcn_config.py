"""The settings of an LCN."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from poselift.errors import RecipeError
from poselift.models.settings import check_settings
from poselift.normalisation import NORMALISATIONS
from poselift.skeleton import skeleton_setting
from poselift.skeleton.graph import GraphName

MaskKind: TypeAlias = Literal["fixed", "learnable"]
MaskInit: TypeAlias = Literal["same", "ones", "random"]
Neighbourhood: TypeAlias = Literal["hops", "laplacian"]
Sharing: TypeAlias = Literal["none", "symmetric"]

_CHOICES: dict[str, tuple[str, ...]] = {
    "graph": get_args(GraphName),
    "neighbourhood": get_args(Neighbourhood),
    "mask": get_args(MaskKind),
    "mask_init": get_args(MaskInit),
    "share": get_args(Sharing),
    "normalisation": tuple(NORMALISATIONS),
}


@dataclass(frozen=True)
class LCNConfig:
    """Everything that fixes an LCN but its weights.

    Attributes:
        skeleton: what goes in and comes out: a known name, the table of a skeleton, or its .toml file.
        channels: channels of a joint in the hidden layers (the seed's F).
        graph: of `skeleton.graph.GRAPHS`: "seed", "bones" without the seed's other edges, or "random".
        graph_edges, graph_seed: of a random graph; the defaults are the seed's.
        neighbourhood: who feeds a joint. "hops": all within `hops` edges, alike. "laplacian": its neighbours in the
            graph without itself, by `skeleton.graph.laplacian_mask`.
        hops: size of a neighbourhood of that kind (the seed's knn); from 6 on all joints of the seed's graph are in.
        limb_lengths: mean length of each edge of the graph in `limbs` order, any unit; the Laplacian's alone.
        layers: residual blocks of two masked linear layers each.
        in_channels: 2 for x, y; 3 adds the confidence.
        dropout: probability to drop a hidden unit.
        mask: "fixed", or "learnable": one matrix of weights per joint pair, shared by all layers,
            of which the neighbourhood leaves only whether joints feed each other.
        mask_init: start of a learnable mask: the "same" as the fixed one, "ones", or "random" in 0 to 1.
        share: "symmetric" gives joints and pairs of joints the weights of their mirror images: to exchange left and
            right of the input does so to the output. Half the weights are then idle. "none" as published.
        max_norm: clip the Frobenius norm of every weight matrix to 1.
        batch_norm: normalise hidden channels over batch and joints.
        residual: add each block's input to its output.
        add_input: the network predicts the offset of x, y from the input's x, y.
        normalisation: how 2D joints enter and what comes out; see `normalisation`.
        output_scale: factor on the initial weights of the last layer. 1 as published; where the output is not of
            the input's size a small value avoids a slow start.
    """

    skeleton: str | dict[str, Any] = "h36m17"
    channels: int = 64
    graph: GraphName = "seed"
    graph_edges: int = 20
    graph_seed: int = 146
    neighbourhood: Neighbourhood = "hops"
    hops: int = 3
    limb_lengths: tuple[float, ...] = ()
    layers: int = 3
    in_channels: int = 2
    dropout: float = 0.25
    mask: MaskKind = "fixed"
    mask_init: MaskInit = "random"
    share: Sharing = "none"
    max_norm: bool = True
    batch_norm: bool = True
    residual: bool = True
    add_input: bool = True
    normalisation: str = "image_frame"
    output_scale: float = 1.0

    def __post_init__(self) -> None:
        # From here on a skeleton that is not known by name is whole, so that files carry it.
        object.__setattr__(self, "skeleton", skeleton_setting(self.skeleton))
        # JSON and TOML know lists only.
        object.__setattr__(self, "limb_lengths", tuple(self.limb_lengths))
        limits = {"channels": 1, "hops": 0, "layers": 0, "in_channels": 2, "graph_edges": 0, "graph_seed": 0}
        check_settings(self, least=limits, choices=_CHOICES)
        if not all(0 < length < math.inf for length in self.limb_lengths):
            raise RecipeError(f"model.limb_lengths: expected positive finite numbers, got {self.limb_lengths}")
        if self.limb_lengths and self.neighbourhood != "laplacian":
            raise RecipeError(
                f'model.limb_lengths: have no use where model.neighbourhood is "{self.neighbourhood}"',
                'set model.neighbourhood = "laplacian"',
            )
