"""MotionAGFormer: attention and graph convolution side by side, over joints and over time, of Mehraban, Adeli and
Taati, "MotionAGFormer: Enhancing 3D Human Pose Estimation with a Transformer-GCNFormer Network", WACV 2024.

Every layer has two streams, each of which mixes the joints of a frame and then the frames of a joint: one by
attention, one by the neighbours in a graph. How much of each is kept is weighed for every joint of every frame.

Two things are not as published. The graph over time joins frames that follow one another, which the released code has
as a choice, in place of the two frames that look most alike: which these are hangs on rounding while somebody stands
still. And no branch is dropped at random, which the smallest network does without too.

Shapes: B batch, T frames, J joints, K input channels, C channels.
"""

from __future__ import annotations

import math
from typing import Literal, cast

import numpy as np
import torch
from jaxtyping import Bool
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional

from poselift.data.windows import Predicts, Window
from poselift.models.base import LiftingNetwork
from poselift.models.over_time import OverTimeConfig
from poselift.skeleton import skeleton_of
from poselift.skeleton.graph import adjacency, normalised_by_degree


class MotionAGFormerConfig(OverTimeConfig):
    """Everything that fixes the network but its weights; defaults are the published XS of 27 frames.

    Attributes:
        frames: how many the network sees.
        predicts: "all" frames of a window, as published, so that each teaches, or "one": that by which a clip is
            lifted, the middle one, or the last one of a causal network.
        causal: no frame sees a later one, and a clip is lifted by the last frame of each window.
        layers: how often the two streams part and meet.
        channels: of a joint in a frame.
        heads: of each attention; they share the channels.
        mlp_ratio: hidden channels after each mixing, over channels.
        head_channels: hidden channels before the output.
        dropout: probability to drop a unit after each mixing and in what follows it.
        frame_position: learn a position for each frame besides that for each joint; as published there is none.
        layer_scale: factor on what each branch adds, at the start; it is learned for each channel.
        output_scale: factor on the initial weights of the last layer.
    """

    frames: int = Field(default=27, ge=1)
    predicts: Literal["all", "one"] = "all"
    causal: bool = False
    layers: int = Field(default=12, ge=0)
    channels: int = Field(default=64, ge=1)
    heads: int = Field(default=8, ge=1)
    mlp_ratio: float = Field(default=4.0, gt=0)
    head_channels: int = Field(default=512, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    frame_position: bool = False
    layer_scale: float = 1e-5
    output_scale: float = 1.0

    @model_validator(mode="after")
    def _heads_share(self) -> MotionAGFormerConfig:
        if self.channels % self.heads:
            raise ValueError(f"channels: expected a multiple of {self.heads} heads, got {self.channels}")
        return self

    @property
    def window(self) -> Window:
        """The frames that the network sees, and which of them it predicts."""
        one: Predicts = "last" if self.causal else "middle"
        every: Predicts = "all_causal" if self.causal else "all"
        return self.window_of(self.frames, every if self.predicts == "all" else one)


class Attention(nn.Module):
    """Each node looks at all of its group, or at those up to itself: (G, N, C) to (G, N, C)."""

    def __init__(self, config: MotionAGFormerConfig, *, causal: bool) -> None:
        super().__init__()
        self.heads, self.causal = config.heads, causal
        self.queries_keys_values = nn.Linear(config.channels, 3 * config.channels, bias=False)
        self.output = nn.Linear(config.channels, config.channels)

    def forward(self, x: Tensor) -> Tensor:
        split = self.queries_keys_values(x).unflatten(-1, (3, self.heads, -1))  # (G, N, 3, heads, c)
        queries, keys, values = split.permute(2, 0, 3, 1, 4).unbind(0)
        seen = functional.scaled_dot_product_attention(queries, keys, values, is_causal=self.causal)
        return cast(Tensor, self.output(seen.transpose(1, 2).flatten(-2)))


class GraphConvolution(nn.Module):
    """Each node adds up a product of itself and one of its neighbours in a graph: (G, N, C) to (G, N, C).

    Batch norm is by node, over all else.
    """

    def __init__(self, config: MotionAGFormerConfig, weights: Tensor) -> None:
        super().__init__()
        self.of_itself = nn.Linear(config.channels, config.channels)
        self.of_neighbours = nn.Linear(config.channels, config.channels)
        self.norm = nn.BatchNorm1d(len(weights))
        self.graph: Tensor
        self.register_buffer("graph", weights, persistent=False)
        for linear in (self.of_itself, self.of_neighbours):
            nn.init.normal_(linear.weight, std=math.sqrt(2 / config.channels))

    def forward(self, x: Tensor) -> Tensor:
        mixed = torch.matmul(self.graph, self.of_neighbours(x))
        return functional.relu(x + self.norm(mixed + self.of_itself(x)))


class Branch(nn.Module):
    """Nodes are mixed, then the channels of each node; each adds to what comes in: (G, N, C) to (G, N, C)."""

    def __init__(self, config: MotionAGFormerConfig, mixer: nn.Module) -> None:
        super().__init__()
        channels, hidden = config.channels, int(config.channels * config.mlp_ratio)
        self.mixer, self.dropout = mixer, nn.Dropout(config.dropout)
        self.mixer_norm, self.channel_norm = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.widen, self.narrow = nn.Linear(channels, hidden), nn.Linear(hidden, channels)
        self.mixer_scale = nn.Parameter(torch.full((channels,), config.layer_scale))
        self.channel_scale = nn.Parameter(torch.full((channels,), config.layer_scale))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.mixer_scale * self.dropout(self.mixer(self.mixer_norm(x)))
        hidden = self.dropout(functional.gelu(self.widen(self.channel_norm(x))))
        return cast(Tensor, x + self.channel_scale * self.dropout(self.narrow(hidden)))


class Stream(nn.Module):
    """A branch over the joints of each frame, then one over the frames of each joint: (B, T, J, C)."""

    def __init__(self, over_joints: Branch, over_frames: Branch) -> None:
        super().__init__()
        self.over_joints, self.over_frames = over_joints, over_frames

    def forward(self, x: Tensor) -> Tensor:
        frames, joints = x.shape[1:3]
        x = self.over_joints(x.flatten(0, 1)).unflatten(0, (-1, frames)).transpose(1, 2)
        x = self.over_frames(x.flatten(0, 1)).unflatten(0, (-1, joints))
        return x.transpose(1, 2)


class Layer(nn.Module):
    """Both streams, and a weighted mean of them by joint and frame: (B, T, J, C)."""

    def __init__(self, config: MotionAGFormerConfig, over_joints: Tensor, over_frames: Tensor) -> None:
        super().__init__()
        self.attention = Stream(
            Branch(config, Attention(config, causal=False)), Branch(config, Attention(config, causal=config.causal))
        )
        self.graph = Stream(
            Branch(config, GraphConvolution(config, over_joints)),
            Branch(config, GraphConvolution(config, over_frames)),
        )
        self.fusion = nn.Linear(2 * config.channels, 2)
        nn.init.zeros_(self.fusion.weight)
        nn.init.constant_(self.fusion.bias, 0.5)

    def forward(self, x: Tensor) -> Tensor:
        attended, convolved = self.attention(x), self.graph(x)
        share = self.fusion(torch.cat([attended, convolved], dim=-1)).softmax(dim=-1)
        return cast(Tensor, attended * share[..., :1] + convolved * share[..., 1:])


class MotionAGFormer(LiftingNetwork):
    """(B, T, J, K) normalised 2D joints of a window to (B, T, J, 3), or of one frame of it to (B, J, 3).

    What they mean says `config.normalisation`.
    """

    Config = MotionAGFormerConfig
    config: MotionAGFormerConfig

    def __init__(self, config: MotionAGFormerConfig) -> None:
        super().__init__()
        self.config = config
        self.skeleton = skeleton_of(config.skeleton)
        self.input = nn.Linear(config.in_channels, config.channels)
        self.joint_position = nn.Parameter(torch.zeros(len(self.skeleton), config.channels))
        if config.frame_position:
            self.frame_position = nn.Parameter(torch.zeros(config.frames, 1, config.channels))
        bones = adjacency(self.skeleton, extra_edges=False)
        graphs = _weights(bones), _weights(_frames_in_turn(config))
        self.layers = nn.ModuleList(Layer(config, *graphs) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.channels)
        self.hidden = nn.Linear(config.channels, config.head_channels)
        self.output = nn.Linear(config.head_channels, config.out_channels)
        with torch.no_grad():
            for parameter in self.output.parameters():
                parameter.mul_(config.output_scale)

    @property
    def window(self) -> Window:
        return self.config.window

    def forward(self, joints_norm: Tensor) -> Tensor:
        # Single frames may come without an axis of frames.
        seen = joints_norm.reshape(joints_norm.shape[0], self.config.frames, *joints_norm.shape[-2:])
        x = self.input(seen) + self.joint_position
        if self.config.frame_position:
            x = x + self.frame_position
        for layer in self.layers:
            x = layer(x)
        if not self.window.output_frames:
            x = x[:, self.window.place]
        return cast(Tensor, self.output(torch.tanh(self.hidden(self.norm(x)))))


def _weights(edges: Bool[np.ndarray, "nodes nodes"]) -> Tensor:
    """Of the neighbours (column) of each node (row)."""
    return torch.from_numpy(normalised_by_degree(edges).astype(np.float32))


def _frames_in_turn(config: MotionAGFormerConfig) -> Bool[np.ndarray, "frames frames"]:
    """(T, T): each frame is joined to the one before it and, unless no frame sees a later one, to the one after."""
    before = np.eye(config.frames, k=-1, dtype=bool)
    return before if config.causal else before | before.T
