"""The temporal LCN, poselift's own: the locally connected network of Ci et al., ICCV 2019, local in time as well.

Joints of neighbouring frames are neighbours too: a joint feeds another if the hops between them on the skeleton, and
those that each frame between them counts for, are no more than `hops`. Every pair of joints at every distance in time
has weights of its own, as in the LCN; they are the same at all times, as in the convolutions of Pavllo et al., CVPR
2019, whose layers, each of which steps over the next few frames, these are.

A causal layer looks only back, so twice as far: there two frames count for what one does in a centred one, and both
have as many weights.

Shapes: B batch, T frames, J joints, K input channels, C hidden channels of a joint.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from poselift.data.windows import Window
from poselift.models.base import LiftingNetwork
from poselift.models.dropout import Dropout
from poselift.models.folded import Dense, FoldedNetwork, folded_dense, unfolded_dense
from poselift.models.joint_axis import JointAxis
from poselift.models.lcn import LEAKY_SLOPE
from poselift.models.neighbour_product import fed_pairs, matrix_of_pairs, neighbour_plan, neighbour_product
from poselift.models.over_time import StridedConfig, strided_through
from poselift.skeleton import skeleton_of
from poselift.skeleton.graph import GraphName, graph_adjacency, space_time_mask


class TemporalLCNConfig(StridedConfig):
    """Everything that fixes the network but its weights.

    Attributes:
        channels: channels of a joint in the hidden layers.
        graph: of `skeleton.graph.GRAPHS`.
        hops: size of a neighbourhood in space and time.
        frame_hops: hops that a frame counts for: with 3 hops and 2 of them for a frame, a joint of the next frame
            feeds those one hop away.
        dropout: probability to drop a hidden unit.
        output_scale: factor on the initial weights of the last layer.
    """

    channels: int = Field(default=48, ge=1)
    graph: GraphName = "lcn"
    hops: int = Field(default=3, ge=0)
    frame_hops: int = Field(default=2, ge=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    output_scale: float = 0.02


class LocalLinear(nn.Module):
    """Weights for those pairs alone of which one feeds the other: (N, I * K) to (N, J * C).

    Args:
        feeds: (I, J) which of I joints, of several frames one after the other, feed which of J.
    """

    def __init__(self, feeds: np.ndarray, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.shape = (*feeds.shape, in_channels, out_channels)
        self.plan = neighbour_plan(feeds, in_channels, out_channels, compact=True)
        fed, feeding = fed_pairs(feeds)
        self.fed: Tensor
        self.feeding: Tensor
        self.register_buffer("fed", fed, persistent=False)
        self.register_buffer("feeding", feeding, persistent=False)
        drawn = nn.init.trunc_normal_(torch.empty(len(fed) * in_channels, out_channels), std=1.0, a=-2.0, b=2.0)
        inputs = feeds.sum(axis=0)[fed.numpy()].repeat(in_channels) * in_channels
        self.weight = nn.Parameter(drawn * drawn.new_tensor(np.sqrt(2 / inputs))[:, None])
        self.bias = nn.Parameter(torch.zeros(feeds.shape[1] * out_channels))

    def dense(self) -> Tensor:
        """The matrix (I * K, J * C) that multiplies the input."""
        return matrix_of_pairs(self.weight, self.fed, self.feeding, self.weight.new_zeros(self.shape))

    def take(self, dense: Tensor) -> None:
        """Have the weights of a matrix (I * K, J * C); what it has for other pairs is left out."""
        joints, fed_joints, inputs, outputs = self.shape
        pairs = dense.view(joints, inputs, fed_joints, outputs).transpose(1, 2)
        self.weight.copy_(pairs[self.feeding, self.fed].reshape(self.weight.shape))

    def folded(self, norm: nn.Module | None = None) -> Dense:
        return folded_dense(self.dense(), self.bias, norm)

    @torch.no_grad()
    def unfold(self, dense: Dense, norm: nn.Module | None = None) -> None:
        """Weights of which `folded` makes `dense`."""
        weight, bias = unfolded_dense(dense, norm, max_norm=False)
        self.take(weight)
        self.bias.copy_(bias)

    def forward(self, x: Tensor) -> Tensor:
        # Many small products are no gain elsewhere, and bfloat16 comes with PyTorch's own operations.
        if self.plan and self.training and x.device.type == "cpu" and not torch.is_autocast_enabled("cpu"):
            nothing = self.weight.new_zeros(())
            return neighbour_product(x, self.weight, self.bias, self.plan, max_norm=False, elsewhere=nothing)
        return torch.addmm(self.bias, x, self.dense())


class LocalLayer(nn.Module):
    """Local linear, batch norm, leaky ReLU, dropout: (B, T, I * K) to (B, T, J * C)."""

    def __init__(self, feeds: np.ndarray, in_channels: int, config: TemporalLCNConfig) -> None:
        super().__init__()
        self.linear = LocalLinear(feeds, in_channels, config.channels)
        self.norm = nn.BatchNorm1d(feeds.shape[1] * config.channels)
        self.dropout = Dropout(config.dropout)

    def forward(self, joined: Tensor) -> Tensor:
        rows = self.norm(self.linear(joined.flatten(0, 1)))
        x = functional.leaky_relu(rows, LEAKY_SLOPE).view(*joined.shape[:2], -1)
        return cast(Tensor, self.dropout(x))

    def folded(self) -> Dense:
        return self.linear.folded(self.norm)

    def unfold(self, dense: Dense) -> None:
        self.linear.unfold(dense, self.norm)


class Block(nn.Module):
    """A layer over some frames, one of single frames, and a path around both from the frame that it is about."""

    def __init__(self, width: int, space_time: np.ndarray, space: np.ndarray, config: TemporalLCNConfig) -> None:
        super().__init__()
        self.over_time = LocalLayer(space_time, config.channels, config)
        self.of_frames = LocalLayer(space, config.channels, config)
        size, place = len(space) * config.channels, config.place(width)
        self.kept = slice(place * size, (place + 1) * size)

    def forward(self, joined: Tensor) -> Tensor:
        return cast(Tensor, joined[..., self.kept] + self.of_frames(self.over_time(joined)))

    def folded(self) -> tuple[Dense, Dense]:
        return self.over_time.folded(), self.of_frames.folded()

    def unfold(self, pair: tuple[Dense, Dense]) -> None:
        self.over_time.unfold(pair[0])
        self.of_frames.unfold(pair[1])


class TemporalLCN(LiftingNetwork):
    """(B, T, J, K) normalised 2D joints of a window to (B, J, 3), in the space that `config.normalisation` names."""

    Config = TemporalLCNConfig
    config: TemporalLCNConfig

    def __init__(self, config: TemporalLCNConfig) -> None:
        super().__init__()
        self.config = config
        self.skeleton = skeleton_of(config.skeleton)
        first, *others = config.filter_widths
        space = self.feeds(1)
        self.input = LocalLayer(self.feeds(first), config.in_channels, config)
        self.blocks = nn.ModuleList(Block(width, self.feeds(width), space, config) for width in others)
        self.output = LocalLinear(space, config.channels, config.out_channels)
        with torch.no_grad():
            self.output.weight.mul_(config.output_scale)

    @property
    def window(self) -> Window:
        return self.config.window

    def feeds(self, width: int) -> np.ndarray:
        """(width * J, J) bool: which joints of so many frames feed which joints of the frame that they are about."""
        config = self.config
        adjacent = graph_adjacency(self.skeleton, config.graph)
        away = np.abs(np.arange(width) - config.place(width))
        away = (away + 1) // 2 if config.causal else away
        return space_time_mask(adjacent, config.hops, away * config.frame_hops)

    def forward(self, joints_norm: Tensor) -> Tensor:
        x = strided_through((self.input, *self.blocks), joints_norm, self.config)
        return cast(Tensor, self.output(x)).view(-1, len(self.skeleton), self.config.out_channels)

    def folded(self) -> FoldedNetwork:
        return FoldedNetwork(
            joints=len(self.skeleton),
            in_channels=self.config.in_channels,
            input=self.input.folded(),
            blocks=tuple(cast(Block, block).folded() for block in self.blocks),
            output=self.output.folded(),
            slope=LEAKY_SLOPE,
            residual=True,
            add_input=False,
            widths=self.config.filter_widths,
            causal=self.config.causal,
        )

    def unfold(self, network: FoldedNetwork) -> None:
        self.input.unfold(network.input)
        for block, pair in zip(self.blocks, network.blocks, strict=True):
            cast(Block, block).unfold(pair)
        self.output.unfold(network.output)

    def joint_axes(self) -> Mapping[str, tuple[JointAxis, ...]]:
        axes: dict[str, tuple[JointAxis, ...]] = {}
        for name, layer in self._linear_layers():
            frames = layer.shape[0] // layer.shape[1]
            axes[f"{name}.weight"] = (JointAxis(0, outer=frames, enters=True), JointAxis(1))
        of_joints = {name: (JointAxis(0),) for name, tensor in self.state_dict().items() if tensor.ndim == 1}
        return of_joints | axes

    def joint_state(self) -> dict[str, Tensor]:
        """Weights are matrices here, with zeros between joints of which one does not feed the other."""
        return self.state_dict() | {f"{name}.weight": layer.dense() for name, layer in self._linear_layers()}

    @torch.no_grad()
    def load_joint_state(self, state: Mapping[str, Tensor]) -> None:
        layers = dict(self._linear_layers())
        for name, layer in layers.items():
            layer.take(state[f"{name}.weight"])
        own = {f"{name}.weight" for name in layers}
        self.load_state_dict({k: v for k, v in state.items() if k not in own}, strict=False)

    def _linear_layers(self) -> list[tuple[str, LocalLinear]]:
        return [(name, module) for name, module in self.named_modules() if isinstance(module, LocalLinear)]
