"""The fully connected network of Martinez, Hossain, Romero and Little, "A simple yet effective baseline for 3d human
pose estimation", ICCV 2017; every detail as in its released TensorFlow code.

The published network leaves the root out of its output, which is 0 there by definition; this one predicts all joints
of the skeleton, so that it has the same inputs and outputs as every other model.

Shapes: B batch, J joints, K input channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from poselift.models.base import LiftingNetwork
from poselift.models.config import NetworkConfig
from poselift.models.folded import Dense, FoldedNetwork, folded_dense, unfolded_dense
from poselift.models.joint_axis import JointAxis
from poselift.models.layers import ChannelBatchNorm, norm_clipped, truncated_normal
from poselift.skeleton import skeleton_of


class SimpleBaselineConfig(NetworkConfig):
    """Everything that fixes the network but its weights; defaults as published.

    Attributes:
        linear_size: units of a hidden layer.
        layers: residual blocks of two linear layers each.
        dropout: probability to drop a hidden unit.
        max_norm: clip the Frobenius norm of every weight matrix to 1.
        batch_norm: normalise hidden units over the batch.
        residual: add each block's input to its output.
        add_input: the network predicts the offset of x, y from the input's x, y.
        output_scale: factor on the initial weights of the last layer.
    """

    linear_size: int = Field(default=1024, ge=1)
    layers: int = Field(default=2, ge=0)
    dropout: float = Field(default=0.5, ge=0, lt=1)
    max_norm: bool = True
    batch_norm: bool = True
    residual: bool = True
    add_input: bool = False
    output_scale: float = 1.0


class ClippedLinear(nn.Module):
    """x @ clip(weight) + bias, (B, N) to (B, M)."""

    def __init__(self, inputs: int, outputs: int, *, max_norm: bool) -> None:
        super().__init__()
        self.max_norm = max_norm
        self.weight = nn.Parameter(truncated_normal(inputs, outputs))
        self.bias = nn.Parameter(truncated_normal(outputs))

    def effective_weight(self) -> Tensor:
        """The matrix (N, M) that multiplies the input."""
        return norm_clipped(self.weight) if self.max_norm else self.weight

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.effective_weight())

    @torch.no_grad()
    def unfold(self, dense: Dense, norm: nn.Module | None = None) -> None:
        """Weights of which `folded_dense` makes `dense`."""
        weight, bias = unfolded_dense(dense, norm, max_norm=self.max_norm)
        self.weight.copy_(weight)
        self.bias.copy_(bias)


class HiddenLayer(nn.Module):
    """Linear, batch norm, ReLU, dropout."""

    def __init__(self, inputs: int, config: SimpleBaselineConfig) -> None:
        super().__init__()
        self.linear = ClippedLinear(inputs, config.linear_size, max_norm=config.max_norm)
        self.norm = ChannelBatchNorm(config.linear_size) if config.batch_norm else nn.Identity()
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.dropout(functional.relu(self.norm(self.linear(x)))))

    def folded(self) -> Dense:
        return folded_dense(self.linear.effective_weight(), self.linear.bias, self.norm)

    def unfold(self, dense: Dense) -> None:
        self.linear.unfold(dense, self.norm)


class ResidualBlock(nn.Module):
    """Two hidden layers and a path around both."""

    def __init__(self, config: SimpleBaselineConfig) -> None:
        super().__init__()
        self.first = HiddenLayer(config.linear_size, config)
        self.second = HiddenLayer(config.linear_size, config)
        self.residual = config.residual

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(self.first(x))
        return cast(Tensor, x + y if self.residual else y)

    def folded(self) -> tuple[Dense, Dense]:
        return self.first.folded(), self.second.folded()

    def unfold(self, pair: tuple[Dense, Dense]) -> None:
        self.first.unfold(pair[0])
        self.second.unfold(pair[1])


class SimpleBaseline(LiftingNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that
    `config.normalisation` names."""

    Config = SimpleBaselineConfig
    config: SimpleBaselineConfig

    def __init__(self, config: SimpleBaselineConfig) -> None:
        super().__init__()
        self.config = config
        self.skeleton = skeleton_of(config.skeleton)
        joints = len(self.skeleton)
        self.input = HiddenLayer(joints * config.in_channels, config)
        self.blocks = nn.ModuleList(ResidualBlock(config) for _ in range(config.layers))
        self.output = ClippedLinear(config.linear_size, joints * config.out_channels, max_norm=config.max_norm)
        with torch.no_grad():
            self.output.weight.mul_(config.output_scale)
            self.output.bias.mul_(config.output_scale)

    def forward(self, joints_norm: Tensor) -> Tensor:
        joints_norm = joints_norm.reshape(-1, *joints_norm.shape[-2:])
        x = self.input(joints_norm.flatten(1))
        for block in self.blocks:
            x = block(x)
        joints = cast(Tensor, self.output(x)).view(-1, len(self.skeleton), self.config.out_channels)
        if self.config.add_input:
            joints = joints + functional.pad(joints_norm[..., :2], (0, self.config.out_channels - 2))
        return joints

    def folded(self) -> FoldedNetwork:
        return FoldedNetwork(
            joints=len(self.skeleton),
            in_channels=self.config.in_channels,
            input=self.input.folded(),
            blocks=tuple(cast(ResidualBlock, block).folded() for block in self.blocks),
            output=folded_dense(self.output.effective_weight(), self.output.bias),
            slope=0.0,
            residual=self.config.residual,
            add_input=self.config.add_input,
            widths=(1,) * (1 + len(self.blocks)),
        )

    def unfold(self, network: FoldedNetwork) -> None:
        self.input.unfold(network.input)
        for block, pair in zip(self.blocks, network.blocks, strict=True):
            cast(ResidualBlock, block).unfold(pair)
        self.output.unfold(network.output)

    def joint_axes(self) -> Mapping[str, tuple[JointAxis, ...]]:
        return {
            "input.linear.weight": (JointAxis(0, enters=True),),
            "output.weight": (JointAxis(1),),
            "output.bias": (JointAxis(0),),
        }
