"""The product of a locally connected layer in training, which leaves out what the mask leaves out.

Where the mask is fixed, `x @ (mask * clip(weight)) + bias` needs no masked copy of the weights: a joint's output is a
few products of consecutive joints' channels with the block of weights between them. To clip is to divide what comes
out, and the gradient through the norm adds a multiple of the weights to theirs. So a step passes over all weights
once for the norm and once for their gradient, where PyTorch's own operations pass over them some ten times.

Shapes: B batch, J joints, K input channels, C output channels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor
from torch.autograd.function import once_differentiable

# With fewer, calls take longer than what they save.
LEAST_CHANNELS = 32


@dataclass(frozen=True)
class Block:
    """Consecutive joints that feed one joint.

    Attributes:
        inputs: of the channels (J * K) of all joints, those of the joints that feed.
        outputs: of the channels (J * C) of all joints, those of the joint that is fed.
        stored: rows of the weights, (pairs * K, C), where those of used pairs alone are stored: joint after joint
            that is fed, and for each those that feed it, in ascending order.
        first: nothing was added to the output before.
    """

    inputs: slice
    outputs: slice
    stored: slice
    first: bool


@dataclass(frozen=True)
class NeighbourBlocks:
    """How the product of a layer is cut.

    Attributes:
        compact: weights are stored for used pairs of joints alone, see `Block.stored`; else for all, (J * K, J * C).
    """

    blocks: tuple[Block, ...]
    compact: bool

    def of(self, weight: Tensor) -> Iterator[tuple[Block, Tensor]]:
        """Each block with the part of the weights that belongs to it."""
        for block in self.blocks:
            yield block, weight[block.stored] if self.compact else weight[block.inputs, block.outputs]


def neighbour_blocks(
    feeds: Bool[np.ndarray, "joints joints"], in_channels: int, out_channels: int, *, compact: bool
) -> NeighbourBlocks | None:
    """The blocks of a layer where joint i (row) feeds joint j (column) or not.

    None where that would gain nothing, for few channels, or a joint is fed by none.
    """
    if min(in_channels, out_channels) < LEAST_CHANNELS:
        return None
    blocks, stored = [], 0
    for joint in range(len(feeds)):
        outputs = slice(joint * out_channels, (joint + 1) * out_channels)
        edges = np.flatnonzero(np.diff(feeds[:, joint].astype(int), prepend=0, append=0))
        if not len(edges):
            return None
        for start, stop in edges.reshape(-1, 2):
            rows = int(stop - start) * in_channels
            inputs = slice(int(start) * in_channels, int(stop) * in_channels)
            blocks.append(Block(inputs, outputs, slice(stored, stored + rows), first=start == edges[0]))
            stored += rows
    return NeighbourBlocks(tuple(blocks), compact)


def neighbour_product(
    x: Tensor, weight: Tensor, bias: Tensor, blocks: NeighbourBlocks, *, max_norm: bool, elsewhere: Tensor
) -> Tensor:
    """(B, J * K) to (B, J * C): `x @ (mask * clip(weight)) + bias`, with a gradient for all tensors.

    Args:
        max_norm: clip the norm to 1.
        elsewhere: sum of squares of weights that are not in `weight` and yet count in the norm, ().
    """
    apply = cast(Callable[..., Tensor], _NeighbourProduct.apply)
    return apply(x, weight, bias, blocks, max_norm, elsewhere)


class _NeighbourProduct(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
        blocks: NeighbourBlocks,
        max_norm: bool,
        elsewhere: Tensor,
    ) -> Tensor:
        product = x.new_empty(len(x), len(bias))
        for block, part in blocks.of(weight):
            out = product[:, block.outputs]
            if block.first:
                torch.mm(x[:, block.inputs], part, out=out)
            else:
                out.addmm_(x[:, block.inputs], part)
        ctx.blocks = blocks
        if not max_norm:
            ctx.save_for_backward(x, weight, None, None)
            return product + bias
        norm = (torch.linalg.vector_norm(weight).square() + elsewhere).sqrt()
        scale = norm.clamp_(min=1.0).reciprocal_()
        ctx.save_for_backward(x, weight, product, scale)
        return torch.addcmul(bias, product, scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, product, scale = ctx.saved_tensors
        blocks: NeighbourBlocks = ctx.blocks
        for_bias = gradient.sum(dim=0)
        if scale is None:
            for_weight, for_elsewhere = torch.zeros_like(weight), None
        else:
            # The derivative of 1 / norm is -weight / norm^3 where the norm is clipped, and 0 where it is not.
            slope = torch.where(scale < 1, torch.dot(gradient.flatten(), product.flatten()) * -(scale**3), 0.0)
            for_weight, for_elsewhere = weight * slope, slope / 2
            gradient = gradient * scale
        for block, part in blocks.of(for_weight):
            part.addmm_(x[:, block.inputs].T, gradient[:, block.outputs])
        for_x = None
        if ctx.needs_input_grad[0]:
            for_x = torch.zeros_like(x)
            for block, part in blocks.of(weight):
                for_x[:, block.inputs].addmm_(gradient[:, block.outputs], part.T)
        return for_x, for_weight, for_bias, None, None, for_elsewhere
