"""The dilated temporal convolutions of Pavllo, Feichtenhofer, Grangier and Auli, "3D human pose estimation in video
with temporal convolutions and semi-supervised training", CVPR 2019; every detail as in their released code.

A convolution over frames multiplies the channels of a few frames, laid side by side, by one matrix. There are two
ways to lay them out, over the same weights. A window of exactly the frames that the network sees becomes one pose:
each convolution takes the next few frames and steps over them ("strided"), a chain of plain products. A whole clip
becomes a pose for each place where the window fits: each convolution moves on by one frame, and the frames that it
takes lie ever further apart ("dilated").

The published training lowers the momentum of batch norm from 0.1 to 0.001 over its epochs; here it stays.

Shapes: B batch, T frames, J joints, K input channels, C hidden channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from operator import mul
from typing import cast

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from poselift.data.windows import Window
from poselift.models.base import LiftingNetwork
from poselift.models.dropout import Dropout
from poselift.models.joint_axis import JointAxis
from poselift.models.over_time import StridedConfig, strided_through
from poselift.skeleton import skeleton_of

_MOMENTUM = 0.1


class VideoPose3DConfig(StridedConfig):
    """Everything that fixes the network but its weights; defaults as published, for 27 frames.

    Attributes:
        channels: channels of a frame in the hidden layers.
        dropout: probability to drop a hidden unit.
        output_scale: factor on the initial weights of the last layer.
    """

    channels: int = Field(default=1024, ge=1)
    dropout: float = Field(default=0.25, ge=0, lt=1)
    output_scale: float = 1.0


class Convolution(nn.Module):
    """A product over the channels of some frames, batch norm, ReLU, dropout: (B, T, width * N) to (B, T, C)."""

    def __init__(self, width: int, inputs: int, config: VideoPose3DConfig) -> None:
        super().__init__()
        self.linear = nn.Linear(width * inputs, config.channels, bias=False)
        self.norm = nn.BatchNorm1d(config.channels, momentum=_MOMENTUM)
        self.dropout = Dropout(config.dropout)

    def forward(self, joined: Tensor) -> Tensor:
        # Batch norm is over all else, frames included.
        rows = self.linear(joined.flatten(0, 1))
        x = functional.relu(self.norm(rows)).view(*joined.shape[:2], -1)
        return cast(Tensor, self.dropout(x))


class Block(nn.Module):
    """A convolution over some frames, one of single frames, and a path around both from the predicted frame."""

    def __init__(self, width: int, config: VideoPose3DConfig) -> None:
        super().__init__()
        self.over_time = Convolution(width, config.channels, config)
        self.of_frames = Convolution(1, config.channels, config)
        place = config.place(width)
        self.kept = slice(place * config.channels, (place + 1) * config.channels)

    def forward(self, joined: Tensor) -> Tensor:
        return cast(Tensor, joined[..., self.kept] + self.of_frames(self.over_time(joined)))


def dilated(x: Tensor, width: int, dilation: int) -> Tensor:
    """Frames side by side, `dilation` apart: (B, T, C) to (B, T - (width - 1) * dilation, width * C)."""
    groups = x.shape[1] - (width - 1) * dilation
    return torch.cat([x[:, start : start + groups] for start in range(0, width * dilation, dilation)], dim=-1)


class VideoPose3D(LiftingNetwork):
    """(B, T, J, K) normalised 2D joints of a window to (B, J, 3), in the space that `config.normalisation` names."""

    Config = VideoPose3DConfig
    config: VideoPose3DConfig

    def __init__(self, config: VideoPose3DConfig) -> None:
        super().__init__()
        self.config = config
        self.skeleton = skeleton_of(config.skeleton)
        first, *others = config.filter_widths
        self.input = Convolution(first, len(self.skeleton) * config.in_channels, config)
        self.blocks = nn.ModuleList(Block(width, config) for width in others)
        self.output = nn.Linear(config.channels, len(self.skeleton) * config.out_channels)
        with torch.no_grad():
            for parameter in self.output.parameters():
                parameter.mul_(config.output_scale)

    @property
    def window(self) -> Window:
        return self.config.window

    def forward(self, joints_norm: Tensor) -> Tensor:
        x = strided_through(self._layers(), joints_norm, self.config)
        return cast(Tensor, self.output(x)).view(-1, len(self.skeleton), self.config.out_channels)

    def joint_axes(self) -> Mapping[str, tuple[JointAxis, ...]]:
        return {
            "input.linear.weight": (JointAxis(1, outer=self.config.filter_widths[0], enters=True),),
            "output.weight": (JointAxis(0),),
            "output.bias": (JointAxis(0),),
        }

    def over_clip(self, joints_norm: Tensor) -> Tensor:
        """The same function of every window of a clip at once: (B, T, J, K) to (B, T - frames + 1, J, 3).

        What windows have in common is computed once. All of them are then seen as the clip was normalised.
        """
        x = joints_norm.flatten(2)
        widths = self.config.filter_widths
        dilations = accumulate(widths, mul, initial=self.config.step)
        for layer, width, dilation in zip(self._layers(), widths, dilations, strict=False):
            x = layer(dilated(x, width, dilation))
        return cast(Tensor, self.output(x)).view(*x.shape[:2], len(self.skeleton), self.config.out_channels)

    def _layers(self) -> tuple[nn.Module, ...]:
        return (self.input, *self.blocks)
