"""LCN: the locally connected network of Ci, Wang, Ma and Wang, "Optimizing Network Structure for 3D Human Pose
Estimation", ICCV 2019; every detail as in its released TensorFlow code.

A fully connected residual network over all joints' channels, whose weight matrices are masked so that a joint
feeds only the joints within `hops` edges of it. Each pair of joints has weights of its own: nothing is shared.

Shapes: B batch, J joints, C channels, K input channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from poselift.errors import RecipeError
from poselift.geometry.normalise import NORMALISATIONS, Normalisation
from poselift.models.folded import Dense, FoldedNetwork, folded_dense
from poselift.models.layers import ChannelBatchNorm, norm_clipped, truncated_normal
from poselift.skeleton import Skeleton, adjacency, get_skeleton, hop_mask

LEAKY_SLOPE = 0.2


@dataclass(frozen=True)
class LCNConfig:
    """Everything that fixes an LCN but its weights.

    Attributes:
        skeleton: name of the skeleton that goes in and comes out.
        channels: channels of a joint in the hidden layers (the seed's F).
        hops: size of a joint's neighbourhood (the seed's knn); from 6 on the network is fully connected.
        layers: residual blocks of two masked linear layers each.
        in_channels: 2 for x, y; 3 adds the confidence.
        dropout: probability to drop a hidden unit.
        mask: "fixed", or "learnable": one matrix of weights per joint pair, shared by all layers.
        mask_init: start of a learnable mask: the "same" as the fixed one, "ones", or "random" in 0 to 1.
        max_norm: clip the Frobenius norm of every weight matrix to 1.
        batch_norm: normalise hidden channels over batch and joints.
        residual: add each block's input to its output.
        add_input: the network predicts the offset of x, y from the input's x, y.
        normalisation: how 2D joints enter and what comes out; see `geometry.normalise`.
        output_scale: factor on the initial weights of the last layer. 1 as published; where the output is not of
            the input's size a small value avoids a slow start.
    """

    skeleton: str = "h36m17"
    channels: int = 64
    hops: int = 3
    layers: int = 3
    in_channels: int = 2
    dropout: float = 0.25
    mask: Literal["fixed", "learnable"] = "fixed"
    mask_init: Literal["same", "ones", "random"] = "random"
    max_norm: bool = True
    batch_norm: bool = True
    residual: bool = True
    add_input: bool = True
    normalisation: Normalisation = "image_frame"
    output_scale: float = 1.0

    def __post_init__(self) -> None:
        limits = {"channels": 1, "hops": 0, "layers": 0, "in_channels": 2}
        for name, least in limits.items():
            if getattr(self, name) < least:
                raise RecipeError(f"model.{name}: expected at least {least}, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise RecipeError(f"model.dropout: expected 0 <= dropout < 1, got {self.dropout}")
        choices = {"mask": ("fixed", "learnable"), "mask_init": ("same", "ones", "random")}
        for name, allowed in {**choices, "normalisation": NORMALISATIONS}.items():
            if getattr(self, name) not in allowed:
                raise RecipeError(f"model.{name}: expected one of {allowed}, got {getattr(self, name)!r}")


class MaskedLinear(nn.Module):
    """x @ (mask * clip(weight)) + bias, on joints' channels laid side by side: (B, J * K) to (B, J * C).

    The norm is that of the whole matrix before the mask is applied, and the gradient flows through it; so masked
    weights matter, are trained and belong to the state.
    """

    def __init__(self, joints: int, in_channels: int, out_channels: int, *, max_norm: bool) -> None:
        super().__init__()
        self.joints, self.max_norm = joints, max_norm
        self.in_channels, self.out_channels = in_channels, out_channels
        self.weight = nn.Parameter(truncated_normal(joints * in_channels, joints * out_channels))
        self.bias = nn.Parameter(truncated_normal(joints * out_channels))

    def effective_weight(self, joint_mask: Tensor) -> Tensor:
        """The matrix (J * K, J * C) that multiplies the input, given the mask (J, J) from joint to joint."""
        weight = norm_clipped(self.weight) if self.max_norm else self.weight
        blocks = weight.view(self.joints, self.in_channels, self.joints, self.out_channels)
        return (blocks * joint_mask[:, None, :, None]).view_as(weight)

    def forward(self, x: Tensor, joint_mask: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.effective_weight(joint_mask))


class HiddenLayer(nn.Module):
    """Masked linear, batch norm, leaky ReLU, dropout."""

    def __init__(self, joints: int, in_channels: int, config: LCNConfig) -> None:
        super().__init__()
        self.linear = MaskedLinear(joints, in_channels, config.channels, max_norm=config.max_norm)
        self.norm = ChannelBatchNorm(config.channels) if config.batch_norm else nn.Identity()
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, joint_mask: Tensor) -> Tensor:
        x = functional.leaky_relu(self.norm(self.linear(x, joint_mask)), LEAKY_SLOPE)
        return cast(Tensor, self.dropout(x))

    def folded(self, joint_mask: Tensor) -> Dense:
        return folded_dense(self.linear.effective_weight(joint_mask), self.linear.bias, self.norm)


class ResidualBlock(nn.Module):
    """Two hidden layers and a path around both."""

    def __init__(self, joints: int, config: LCNConfig) -> None:
        super().__init__()
        self.first = HiddenLayer(joints, config.channels, config)
        self.second = HiddenLayer(joints, config.channels, config)
        self.residual = config.residual

    def forward(self, x: Tensor, joint_mask: Tensor) -> Tensor:
        y = self.second(self.first(x, joint_mask), joint_mask)
        return cast(Tensor, x + y if self.residual else y)

    def folded(self, joint_mask: Tensor) -> tuple[Dense, Dense]:
        return self.first.folded(joint_mask), self.second.folded(joint_mask)


class LCN(nn.Module):
    """(B, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    def __init__(self, config: LCNConfig) -> None:
        super().__init__()
        self.config = config
        self.skeleton: Skeleton = get_skeleton(config.skeleton)
        joints = len(self.skeleton)
        # The seed transposes its neighbour matrix: rows of the mask are the joints that feed.
        neighbours = torch.from_numpy(hop_mask(adjacency(self.skeleton), config.hops).T.copy()).float()
        self.neighbours: Tensor
        self.register_buffer("neighbours", neighbours, persistent=False)
        if config.mask == "learnable":
            start = {"same": neighbours.clone(), "ones": torch.ones_like(neighbours)}
            self.mask_logits = nn.Parameter(start.get(config.mask_init, torch.rand_like(neighbours)))
        self.input = HiddenLayer(joints, config.in_channels, config)
        self.blocks = nn.ModuleList(ResidualBlock(joints, config) for _ in range(config.layers))
        self.output = MaskedLinear(joints, config.channels, 3, max_norm=config.max_norm)
        with torch.no_grad():
            self.output.weight.mul_(config.output_scale)
            self.output.bias.mul_(config.output_scale)

    def joint_mask(self) -> Tensor:
        """(J, J): how strongly joint i (row) feeds joint j (column)."""
        if self.config.mask == "fixed":
            return self.neighbours
        return torch.softmax(self.mask_logits, dim=0) * self.neighbours

    def forward(self, joints_norm: Tensor) -> Tensor:
        mask = self.joint_mask()
        x = self.input(joints_norm.flatten(1), mask)
        for block in self.blocks:
            x = block(x, mask)
        joints = cast(Tensor, self.output(x, mask)).view(-1, len(self.skeleton), 3)
        if self.config.add_input:
            joints = joints + functional.pad(joints_norm[..., :2], (0, 1))
        return joints

    def folded(self) -> FoldedNetwork:
        """The same function in evaluation mode, as plain matrices."""
        mask = self.joint_mask()
        return FoldedNetwork(
            joints=len(self.skeleton),
            in_channels=self.config.in_channels,
            input=self.input.folded(mask),
            blocks=tuple(cast(ResidualBlock, block).folded(mask) for block in self.blocks),
            output=folded_dense(self.output.effective_weight(mask), self.output.bias),
            slope=LEAKY_SLOPE,
            residual=self.config.residual,
            add_input=self.config.add_input,
        )
