"""A trained network with everything that is constant in evaluation multiplied out: the form that is exported.

Norm clipping, masks and batch norm become part of plain matrices; dropout is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from poselift.errors import CheckpointError
from poselift.models.layers import ChannelBatchNorm


@dataclass(frozen=True, eq=False)
class Dense:
    """`x @ weight + bias`, (B, N) to (B, M), float32."""

    weight: Float[np.ndarray, "n m"]
    bias: Float[np.ndarray, " m"]


@dataclass(frozen=True, eq=False)
class FoldedNetwork:
    """An input layer, residual blocks of two layers, and a linear output.

    Attributes:
        joints, in_channels: J and K of the input (B, J, K), which enters flattened; the output is (B, J * C), of 3 or
            more numbers for each joint.
        input, blocks: layers that end in a leaky ReLU.
        output: the layer that does not.
        slope: of the leaky ReLU below 0; 0 for the plain ReLU.
        residual: each block's input is added to its output.
        add_input: x, y of the input are added to x, y of the output.
    """

    joints: int
    in_channels: int
    input: Dense
    blocks: tuple[tuple[Dense, Dense], ...]
    output: Dense
    slope: float
    residual: bool
    add_input: bool

    @property
    def out_channels(self) -> int:
        """C of the output."""
        return len(self.output.bias) // self.joints

    def feeds(self) -> Bool[np.ndarray, "joints joints"]:
        """Whether joint i (row) feeds joint j (column) in any layer of the blocks.

        (1, 1) where a layer has no channels for each joint: all is one joint then.
        """
        width = self.input.weight.shape[1]
        joints = self.joints if width % self.joints == 0 else 1
        feeds = np.zeros((joints, joints), dtype=bool)
        for layer in (layer for block in self.blocks for layer in block):
            parts = layer.weight.reshape(joints, width // joints, joints, width // joints)
            feeds |= (parts != 0).any(axis=(1, 3))
        return feeds


# How far float16 may have made a norm greater than what it was clipped to.
_ROUNDING = 1e-2


@torch.no_grad()
def folded_dense(weight: Tensor, bias: Tensor, norm: nn.Module | None = None) -> Dense:
    """One linear layer (N, M), (M,) and the batch norm behind it, if any, whose channels repeat along M."""
    w, b = weight.double(), bias.double()
    if isinstance(norm, ChannelBatchNorm):
        scale, shift = (v.repeat(len(b) // norm.channels) for v in norm.scale_and_shift())
        w, b = w * scale, b * scale + shift
    return Dense(w.float().cpu().numpy(), b.float().cpu().numpy())


@torch.no_grad()
def unfolded_dense(dense: Dense, norm: nn.Module | None, *, max_norm: bool) -> tuple[Tensor, Tensor]:
    """Weight (N, M) and bias (M,) of a layer that `folded_dense` makes `dense` again, in evaluation.

    What the batch norm behind it did is in the matrix already, so the norm is left to multiply by a number, which a
    clipped matrix needs.

    Raises:
        CheckpointError: the matrix is to be clipped, is larger, and no batch norm could make up for it.
    """
    weight, bias = torch.from_numpy(dense.weight.copy()), torch.from_numpy(dense.bias.copy())
    scale = max(1.0, float(weight.double().norm())) if max_norm else 1.0
    if isinstance(norm, ChannelBatchNorm):
        norm.only_scale(scale)
        return weight / scale, bias / scale
    if scale > 1 + _ROUNDING:
        raise CheckpointError(
            f"a matrix of norm {scale:.2f} cannot be that of a layer clipped to 1", "name the checkpoint instead"
        )
    return weight, bias
