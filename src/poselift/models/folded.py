"""A trained network with everything that is constant in evaluation multiplied out: the form that is exported.

Norm clipping, masks and batch norm become part of plain matrices; dropout is gone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from poselift.errors import CheckpointError
from poselift.models.layers import in_evaluation


@dataclass(frozen=True, eq=False)
class Dense:
    """`x @ weight + bias`, (B, N) to (B, M), float32."""

    weight: Float[np.ndarray, "n m"]
    bias: Float[np.ndarray, " m"]


class FoldedLayer(NamedTuple):
    """A layer in its place.

    Attributes:
        width: frames that enter it side by side.
        rows: how many times it is applied to a window.
    """

    dense: Dense
    width: int
    rows: int


@dataclass(frozen=True, eq=False)
class FoldedNetwork:
    """An input layer, residual blocks of two layers, and a linear output.

    Layers over time stride: the input layer and the first one of a block take a few frames side by side and make one
    of them, until one is left.

    Attributes:
        joints, in_channels: J and K of the input (B, T, J, K), without T for a single frame; the output is
            (B, J * C), of 3 or more numbers for each joint.
        input, blocks: layers that end in a leaky ReLU.
        output: the layer that does not.
        slope: of the leaky ReLU below 0; 0 for the plain ReLU.
        residual: each block's input, of the frame that the block is about, is added to its output.
        add_input: x, y of the input are added to x, y of the output; for networks of single frames.
        widths: frames that the input layer and each block take; their product is T.
        causal: a block is about the last of its frames, not the middle one.
    """

    joints: int
    in_channels: int
    input: Dense
    blocks: tuple[tuple[Dense, Dense], ...]
    output: Dense
    slope: float
    residual: bool
    add_input: bool
    widths: tuple[int, ...]
    causal: bool = False

    @property
    def out_channels(self) -> int:
        """C of the output."""
        return len(self.output.bias) // self.joints

    @property
    def frames(self) -> int:
        """T of the input."""
        return math.prod(self.widths)

    @property
    def hidden(self) -> int:
        """Numbers of a frame between the layers."""
        return len(self.input.bias)

    def place(self, width: int) -> int:
        """Which of so many frames a block is about."""
        return width - 1 if self.causal else width // 2

    def block_layers(self) -> list[FoldedLayer]:
        """The layers of the blocks, one after the other."""
        layers, rows = [], self.frames // self.widths[0]
        for (first, second), width in zip(self.blocks, self.widths[1:], strict=True):
            rows //= width
            layers += [FoldedLayer(first, width, rows), FoldedLayer(second, 1, rows)]
        return layers

    def layers(self) -> list[FoldedLayer]:
        """All layers."""
        first = FoldedLayer(self.input, self.widths[0], self.frames // self.widths[0])
        return [first, *self.block_layers(), FoldedLayer(self.output, 1, 1)]

    def feeds(self, width: int = 1) -> Bool[np.ndarray, "frames_joints joints"]:
        """Whether joint i of some frames (row) feeds joint j (column) in any layer of the blocks that takes so many.

        (width, 1) where a layer has no channels for each joint: all is one joint then.
        """
        joints = self.joints if self.hidden % self.joints == 0 else 1
        channels = self.hidden // joints
        feeds = np.zeros((width * joints, joints), dtype=bool)
        for layer in self.block_layers():
            if layer.width == width:
                parts = layer.dense.weight.reshape(width * joints, channels, joints, channels)
                feeds |= (parts != 0).any(axis=(1, 3))
        return feeds


# How far float16 may have made a norm greater than what it was clipped to.
_ROUNDING = 1e-2


@torch.no_grad()
def folded_dense(weight: Tensor, bias: Tensor, norm: nn.Module | None = None) -> Dense:
    """One linear layer (N, M), (M,) and the batch norm behind it, if any, whose channels repeat along M."""
    w, b = weight.double(), bias.double()
    known = in_evaluation(norm)
    if known is not None:
        scale, shift = (v.repeat(len(b) // len(v)) for v in known.scale_and_shift())
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
    known = in_evaluation(norm)
    if known is not None:
        known.only_scale(scale)
        return weight / scale, bias / scale
    if scale > 1 + _ROUNDING:
        raise CheckpointError(
            f"a matrix of norm {scale:.2f} cannot be that of a layer clipped to 1", "name the checkpoint instead"
        )
    return weight, bias
