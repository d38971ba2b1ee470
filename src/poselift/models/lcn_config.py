"""The settings of an LCN."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from poselift.errors import RecipeError
from poselift.models.config import NetworkConfig
from poselift.skeleton.graph import GraphName

MaskKind: TypeAlias = Literal["fixed", "learnable"]
MaskInit: TypeAlias = Literal["same", "ones", "random"]
Neighbourhood: TypeAlias = Literal["hops", "laplacian"]
Sharing: TypeAlias = Literal["none", "symmetric"]


class LCNConfig(NetworkConfig):
    """Everything that fixes an LCN but its weights.

    Attributes:
        channels: channels of a joint in the hidden layers (the original's F).
        graph: of `skeleton.graph.GRAPHS`: "lcn" as published, "bones" without its other edges, or "random".
        graph_edges, graph_seed: of a random graph; the defaults are the original's.
        neighbourhood: who feeds a joint. "hops": all within `hops` edges, alike. "laplacian": its neighbours in the
            graph without itself, by `skeleton.graph.laplacian_mask`.
        hops: size of a neighbourhood of that kind (the original's knn); from 6 on all joints of its graph are in.
        limb_lengths: mean length of each edge of the graph in `limbs` order, any unit; the Laplacian's alone.
        layers: residual blocks of two masked linear layers each.
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
        output_scale: factor on the initial weights of the last layer. 1 as published; where the output is not of
            the input's size a small value avoids a slow start.
    """

    channels: int = Field(default=64, ge=1)
    graph: GraphName = "lcn"
    graph_edges: int = Field(default=20, ge=0)
    graph_seed: int = Field(default=146, ge=0)
    neighbourhood: Neighbourhood = "hops"
    hops: int = Field(default=3, ge=0)
    limb_lengths: tuple[Annotated[float, Field(gt=0)], ...] = ()
    layers: int = Field(default=3, ge=0)
    dropout: float = Field(default=0.25, ge=0, lt=1)
    mask: MaskKind = "fixed"
    mask_init: MaskInit = "random"
    share: Sharing = "none"
    max_norm: bool = True
    batch_norm: bool = True
    residual: bool = True
    add_input: bool = True
    output_scale: float = 1.0

    @field_validator("graph", mode="before")
    @classmethod
    def _renamed(cls, value: Any) -> Any:
        # Models and run folders from before version 2 of the model file call it so.
        return "lcn" if value == "seed" else value

    @model_validator(mode="after")
    def _lengths_are_used(self) -> LCNConfig:
        if self.limb_lengths and self.neighbourhood != "laplacian":
            raise RecipeError(
                f'model.limb_lengths: have no use where model.neighbourhood is "{self.neighbourhood}"',
                'set model.neighbourhood = "laplacian"',
            )
        return self
