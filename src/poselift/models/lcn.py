"""LCN: the locally connected network of Ci, Wang, Ma and Wang, "Optimizing Network Structure for 3D Human Pose
Estimation", ICCV 2019; every detail as in its released TensorFlow code.

A fully connected residual network over all joints' channels, whose weight matrices are masked so that a joint
feeds only the joints within `hops` edges of it. Each pair of joints has weights of its own: nothing is shared, unless
both sides of the body are told to share. Other graphs and the Laplacian are what the code offers besides.

Shapes: B batch, J joints, C channels, K input channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from poselift.models.base import LiftingNetwork
from poselift.models.dropout import Dropout
from poselift.models.folded import Dense, FoldedNetwork, folded_dense, unfolded_dense
from poselift.models.joint_axis import JointAxis
from poselift.models.layers import ChannelBatchNorm, norm_clipped, truncated_normal
from poselift.models.lcn_config import LCNConfig
from poselift.models.masks import SideSharing, neighbour_matrix, network_graph
from poselift.models.neighbour_product import NeighbourPlan, neighbour_plan, neighbour_product
from poselift.skeleton import skeleton_of
from poselift.skeleton.graph import mean_limb_lengths

LEAKY_SLOPE = 0.2


class MaskedLinear(nn.Module):
    """x @ (mask * clip(weight)) + bias, on joints' channels laid side by side: (B, J * K) to (B, J * C).

    The norm is that of the whole matrix before the mask is applied, and the gradient flows through it; so masked
    weights matter, are trained and belong to the state. What the sides of the body share is shared before all that.

    Given a `plan` of the products where a fixed mask is not 0, training on a processor computes these alone.
    """

    def __init__(
        self,
        joints: int,
        in_channels: int,
        out_channels: int,
        *,
        max_norm: bool,
        sharing: SideSharing | None = None,
        plan: NeighbourPlan | None = None,
    ) -> None:
        super().__init__()
        self.joints, self.max_norm, self.sharing = joints, max_norm, sharing
        self.in_channels, self.out_channels, self.plan = in_channels, out_channels, plan
        self.weight = nn.Parameter(truncated_normal(joints * in_channels, joints * out_channels))
        self.bias = nn.Parameter(truncated_normal(joints * out_channels))

    def effective_weight(self, joint_mask: Tensor) -> Tensor:
        """The matrix (J * K, J * C) that multiplies the input, given the mask (J, J) from joint to joint."""
        pairs = self.weight.view(self.joints, self.in_channels, self.joints, self.out_channels)
        if self.sharing is not None:
            pairs = self.sharing.of_pairs(pairs)
        if self.max_norm:
            pairs = norm_clipped(pairs)
        return (pairs * joint_mask[:, None, :, None]).reshape(self.weight.shape)

    def hidden_squares(self) -> Tensor:
        """Sum of squares of weights that count in the norm without being among `weight`, (): here there are none."""
        return self.weight.new_zeros(())

    def effective_bias(self) -> Tensor:
        """What is added (J * C)."""
        if self.sharing is None:
            return self.bias
        return self.sharing.of_joints(self.bias.view(self.joints, self.out_channels)).flatten()

    def forward(self, x: Tensor, joint_mask: Tensor) -> Tensor:
        # Many small products are no gain elsewhere, and bfloat16 comes with PyTorch's own operations.
        if self.plan and self.training and x.device.type == "cpu" and not torch.is_autocast_enabled("cpu"):
            settings: dict[str, Any] = {"max_norm": self.max_norm, "elsewhere": self.hidden_squares()}
            return neighbour_product(x, self.weight, self.bias, self.plan, **settings)
        return torch.addmm(self.effective_bias(), x, self.effective_weight(joint_mask))

    def folded(self, joint_mask: Tensor, norm: nn.Module | None = None) -> Dense:
        return folded_dense(self.effective_weight(joint_mask), self.effective_bias(), norm)

    @torch.no_grad()
    def unfold(self, dense: Dense, joint_mask: Tensor, norm: nn.Module | None = None) -> None:
        """Weights of which `folded` makes `dense`; those that the mask hides are 0."""
        pairs = dense.weight.reshape(self.joints, self.in_channels, self.joints, self.out_channels)
        mask = joint_mask.cpu().numpy()[:, None, :, None]
        unmasked = np.where(mask != 0, pairs / np.where(mask != 0, mask, 1), 0).reshape(dense.weight.shape)
        weight, bias = unfolded_dense(Dense(unmasked, dense.bias), norm, max_norm=self.max_norm)
        self.take(weight)
        self.bias.copy_(bias)

    def take(self, weight: Tensor) -> None:
        """Have these weights, (J * K, J * C)."""
        self.weight.copy_(weight)


class HiddenLayer(nn.Module):
    """Masked linear, batch norm, leaky ReLU, dropout."""

    def __init__(self, linear: MaskedLinear, config: LCNConfig) -> None:
        super().__init__()
        self.linear = linear
        self.norm = ChannelBatchNorm(config.channels) if config.batch_norm else nn.Identity()
        self.dropout = Dropout(config.dropout)

    def forward(self, x: Tensor, joint_mask: Tensor) -> Tensor:
        x = functional.leaky_relu(self.norm(self.linear(x, joint_mask)), LEAKY_SLOPE)
        return cast(Tensor, self.dropout(x))

    def folded(self, joint_mask: Tensor) -> Dense:
        return self.linear.folded(joint_mask, self.norm)

    def unfold(self, dense: Dense, joint_mask: Tensor) -> None:
        self.linear.unfold(dense, joint_mask, self.norm)


class ResidualBlock(nn.Module):
    """Two hidden layers and a path around both."""

    def __init__(self, first: HiddenLayer, second: HiddenLayer, *, residual: bool) -> None:
        super().__init__()
        self.first, self.second, self.residual = first, second, residual

    def forward(self, x: Tensor, joint_mask: Tensor) -> Tensor:
        y = self.second(self.first(x, joint_mask), joint_mask)
        return cast(Tensor, x + y if self.residual else y)

    def folded(self, joint_mask: Tensor) -> tuple[Dense, Dense]:
        return self.first.folded(joint_mask), self.second.folded(joint_mask)

    def unfold(self, pair: tuple[Dense, Dense], joint_mask: Tensor) -> None:
        self.first.unfold(pair[0], joint_mask)
        self.second.unfold(pair[1], joint_mask)


class LCN(LiftingNetwork):
    """(B, J, K) or (B, 1, J, K) normalised 2D joints to (B, J, 3), in the space that `config.normalisation` names."""

    Config = LCNConfig
    config: LCNConfig

    def __init__(self, config: LCNConfig) -> None:
        super().__init__()
        self.config = config
        self.skeleton = skeleton_of(config.skeleton)
        neighbours = neighbour_matrix(config, self.skeleton)
        self.sharing = SideSharing(self.skeleton) if config.share == "symmetric" else None
        if self.sharing is not None:
            neighbours = self.sharing.of_mask(neighbours)
        self.neighbours: Tensor
        self.register_buffer("neighbours", neighbours, persistent=False)
        if config.mask == "learnable":
            start = {"same": neighbours.clone(), "ones": torch.ones_like(neighbours)}
            self.mask_logits = nn.Parameter(start.get(config.mask_init, torch.rand_like(neighbours)))
        self.input = self._hidden(config.in_channels)
        self.blocks = nn.ModuleList(
            ResidualBlock(self._hidden(config.channels), self._hidden(config.channels), residual=config.residual)
            for _ in range(config.layers)
        )
        self.output = self._linear(config.channels, config.out_channels)
        with torch.no_grad():
            for parameter in self.output.parameters():
                parameter.mul_(config.output_scale)

    def _hidden(self, in_channels: int) -> HiddenLayer:
        return HiddenLayer(self._linear(in_channels, self.config.channels), self.config)

    def _linear(self, in_channels: int, out_channels: int) -> MaskedLinear:
        config, plan = self.config, None
        if config.mask == "fixed" and config.neighbourhood == "hops" and self.sharing is None:
            plan = neighbour_plan(self.neighbours.numpy() != 0, in_channels, out_channels, compact=False)
        return MaskedLinear(
            len(self.skeleton),
            in_channels,
            out_channels,
            max_norm=config.max_norm,
            sharing=self.sharing,
            plan=plan,
        )

    def joint_mask(self) -> Tensor:
        """(J, J): how strongly joint i (row) feeds joint j (column)."""
        if self.config.mask == "fixed":
            return self.neighbours
        logits = self.mask_logits if self.sharing is None else self.sharing.of_mask(self.mask_logits)
        return torch.softmax(logits, dim=0) * (self.neighbours != 0)

    def learned_mask(self) -> np.ndarray | None:
        return self.joint_mask().detach().cpu().numpy() if self.config.mask == "learnable" else None

    def forward(self, joints_norm: Tensor) -> Tensor:
        mask = self.joint_mask()
        joints_norm = joints_norm.reshape(-1, *joints_norm.shape[-2:])
        x = self.input(joints_norm.flatten(1), mask)
        for block in self.blocks:
            x = block(x, mask)
        joints = cast(Tensor, self.output(x, mask)).view(-1, len(self.skeleton), self.config.out_channels)
        if self.config.add_input:
            joints = joints + functional.pad(joints_norm[..., :2], (0, self.config.out_channels - 2))
        return joints

    @classmethod
    def completed(cls, config: Mapping[str, Any], training_joints: Callable[[], np.ndarray]) -> dict[str, Any]:
        """A Laplacian mask that names no limb lengths gets the means of the training set."""
        settings = dict(config)
        if settings.get("neighbourhood") != "laplacian" or settings.get("limb_lengths"):
            return settings
        graph = LCNConfig(**{**settings, "neighbourhood": "hops"})
        adjacent = network_graph(graph, skeleton_of(graph.skeleton))
        return {**settings, "limb_lengths": tuple(mean_limb_lengths(training_joints(), adjacent).tolist())}

    def folded(self) -> FoldedNetwork:
        mask = self.joint_mask()
        return FoldedNetwork(
            joints=len(self.skeleton),
            in_channels=self.config.in_channels,
            input=self.input.folded(mask),
            blocks=tuple(cast(ResidualBlock, block).folded(mask) for block in self.blocks),
            output=self.output.folded(mask),
            slope=LEAKY_SLOPE,
            residual=self.config.residual,
            add_input=self.config.add_input,
            widths=(1,) * (1 + len(self.blocks)),
        )

    @torch.no_grad()
    def unfold(self, network: FoldedNetwork) -> None:
        """As the contract says; a learned mask is in the weights then, and all pairs that it leaves weigh alike."""
        if self.config.mask == "learnable":
            self.mask_logits.zero_()
        mask = self.joint_mask()
        self.input.unfold(network.input, mask)
        for block, pair in zip(self.blocks, network.blocks, strict=True):
            cast(ResidualBlock, block).unfold(pair, mask)
        self.output.unfold(network.output, mask)

    def joint_axes(self) -> Mapping[str, tuple[JointAxis, ...]]:
        both = (JointAxis(0, enters=True), JointAxis(1))
        axes = {name: both for name in self.joint_state() if name.endswith(("weight", "mask_logits"))}
        return axes | {name: (JointAxis(0),) for name in self.joint_state() if name.endswith("bias")}
