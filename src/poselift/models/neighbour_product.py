"""The product of a locally connected layer in training, which leaves out what the mask leaves out.

Where the mask is fixed, `x @ (mask * clip(weight)) + bias` needs no masked copy of the weights: it is a few products
of consecutive joints' channels with the weights from them to other consecutive joints. To clip is to
scale those products, and the gradient through the norm adds a multiple of the weights to theirs. So a step passes
over all weights once for the norm and once for their gradient, where PyTorch's own operations pass over them some ten
times.

Shapes: B batch, J joints, K input channels, C output channels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor
from torch.autograd.function import once_differentiable

# With fewer, calls take longer than what they save.
LEAST_CHANNELS = 32


class Span(NamedTuple):
    """Consecutive rows or columns."""

    start: int
    length: int

    def times(self, channels: int) -> Span:
        """The channels of these joints."""
        return Span(self.start * channels, self.length * channels)


@dataclass(frozen=True)
class Pieces:
    """Where to cut a matrix by columns, so that each product gets its own.

    Attributes:
        distinct: the cuts, each once: to cut takes as long as a small product, and many products take the same.
        chosen: for each product, the index of its cut.
    """

    distinct: tuple[Span, ...]
    chosen: tuple[int, ...]

    @classmethod
    def at(cls, spans: list[Span]) -> Pieces:
        distinct = sorted(set(spans))
        return cls(tuple(distinct), tuple(distinct.index(span) for span in spans))

    def of(self, x: Tensor) -> list[Tensor]:
        cut = [x.narrow(1, start, length) for start, length in self.distinct]
        return [cut[index] for index in self.chosen]


@dataclass(frozen=True)
class NeighbourPlan:
    """The small products that make up the product of a layer.

    Attributes:
        inputs: the columns of the layer's input (B, J * K) that each product takes: the channels of some joints in a
            row.
        outputs: the columns of the layer's output (B, J * C) that each adds to: the channels of some joints in a row,
            each of which is fed by all joints of `inputs`.
        rows: the rows of the weights that each multiplies by.
        compact: the weights are (pairs * K, C), only of pairs of which one joint feeds the other, sorted by the joint
            that is fed, then by the one that feeds. Else they are (J * K, J * C), of all pairs.
    """

    inputs: Pieces
    outputs: Pieces
    rows: tuple[Span, ...]
    compact: bool

    def weights(self, weight: Tensor) -> list[Tensor]:
        """The weights (its inputs, its outputs) of each product."""
        if self.compact:
            return list(torch.split(weight, [length for _, length in self.rows]))
        columns = self.outputs.of(weight)
        return [part.narrow(0, start, length) for part, (start, length) in zip(columns, self.rows, strict=True)]


def neighbour_plan(
    feeds: Bool[np.ndarray, "feeding joints"], in_channels: int, out_channels: int, *, compact: bool
) -> NeighbourPlan | None:
    """The products of a layer where joint i (row) feeds joint j (column) or not.

    None where that would gain nothing: for few channels.
    """
    if min(in_channels, out_channels) < LEAST_CHANNELS:
        return None
    products = _runs(feeds) if compact else _rectangles(feeds)
    inputs = [joints.times(in_channels) for joints, _ in products]
    outputs = [joints.times(out_channels) for _, joints in products]
    return NeighbourPlan(Pieces.at(inputs), Pieces.at(outputs), tuple(inputs), compact)


def _runs(feeds: Bool[np.ndarray, "feeding joints"]) -> list[tuple[Span, Span]]:
    """Consecutive joints that feed one joint, joint after joint."""
    runs = []
    for joint in range(feeds.shape[1]):
        edges = np.flatnonzero(np.diff(feeds[:, joint].astype(int), prepend=0, append=0))
        runs += [(Span(int(start), int(stop - start)), Span(joint, 1)) for start, stop in edges.reshape(-1, 2)]
    return runs


def _rectangles(feeds: Bool[np.ndarray, "feeding joints"]) -> list[tuple[Span, Span]]:
    """Consecutive joints that all feed the same consecutive joints, ever the largest of what is left."""
    left, rectangles = feeds.copy(), []
    while left.any():
        inputs, outputs = _largest_rectangle(left)
        left[inputs.start : inputs.start + inputs.length, outputs.start : outputs.start + outputs.length] = False
        rectangles.append((inputs, outputs))
    return rectangles


def _largest_rectangle(ones: Bool[np.ndarray, "rows columns"]) -> tuple[Span, Span]:
    """Rows and columns of the largest rectangle of ones."""
    # How many ones follow each other from a place on.
    follow = ones.astype(int)
    for column in reversed(range(len(ones.T) - 1)):
        follow[:, column] *= 1 + follow[:, column + 1]
    most, best, widths = 0, (Span(0, 0), Span(0, 0)), follow
    for height in range(1, len(ones) + 1):
        widths = np.minimum(widths[: len(ones) - height + 1], follow[height - 1 :])
        row, column = divmod(int(widths.argmax()), len(ones.T))
        width = int(widths[row, column])
        if width * height > most:
            most, best = width * height, (Span(row, height), Span(column, width))
    return best


def fed_pairs(feeds: Bool[np.ndarray, "feeding joints"]) -> tuple[Tensor, Tensor]:
    """The pairs of which one joint feeds the other, as compact weights have them: (P,) who is fed, and by whom."""
    fed, feeding = np.nonzero(feeds.T)
    return torch.from_numpy(fed), torch.from_numpy(feeding)


def matrix_of_pairs(weight: Tensor, fed: Tensor, feeding: Tensor, others: Tensor) -> Tensor:
    """Compact weights (P * K, C) as the matrix (I * K, J * C) that multiplies the input.

    Args:
        fed, feeding: (P,) from `fed_pairs`.
        others: (I, J, K, C) the weights of all other pairs.
    """
    inputs, outputs = others.shape[2:]
    pairs = others.index_put((feeding, fed), weight.view(-1, inputs, outputs))
    return pairs.transpose(1, 2).reshape(others.shape[0] * inputs, others.shape[1] * outputs)


def neighbour_product(
    x: Tensor, weight: Tensor, bias: Tensor, plan: NeighbourPlan, *, max_norm: bool, elsewhere: Tensor
) -> Tensor:
    """(B, J * K) to (B, J * C): `x @ (mask * clip(weight)) + bias`, with a gradient for all tensors.

    Args:
        max_norm: clip the norm to 1.
        elsewhere: sum of squares of weights that are not in `weight` and yet count in the norm, ().
    """
    apply = cast(Callable[..., Tensor], _NeighbourProduct.apply)
    return apply(x, weight, bias, plan, max_norm, elsewhere)


class _NeighbourProduct(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
        plan: NeighbourPlan,
        max_norm: bool,
        elsewhere: Tensor,
    ) -> Tensor:
        # A dot product is faster than PyTorch's norm, and ten times more exact in float32.
        squares = float(torch.dot(weight.flatten(), weight.flatten()) + elsewhere) if max_norm else 1.0
        scale = 1 / math.sqrt(max(squares, 1.0))
        product = bias.expand(len(x), -1).clone()
        inputs, parts = plan.inputs.of(x), plan.weights(weight)
        for out, feeding, part in zip(plan.outputs.of(product), inputs, parts, strict=True):
            out.addmm_(feeding, part, alpha=scale)
        # Cut once for both directions.
        ctx.plan, ctx.scale, ctx.cut = plan, scale, (inputs, parts)
        ctx.save_for_backward(x, weight, bias, product)
        return product

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, bias, product = ctx.saved_tensors
        plan: NeighbourPlan = ctx.plan
        scale: float = ctx.scale
        for_bias = gradient.sum(dim=0)
        if scale < 1:
            # The derivative of 1 / norm is -weight / norm^3. What was added to the products is no part of them.
            along = torch.dot(gradient.flatten(), product.flatten()) - torch.dot(for_bias, bias)
            slope = along * -(scale**2)
            for_weight, for_elsewhere = weight * slope, slope / 2
        else:
            for_weight, for_elsewhere = torch.zeros_like(weight), gradient.new_zeros(())
        (inputs, parts), outputs = ctx.cut, plan.outputs.of(gradient)
        for part, feeding, out in zip(plan.weights(for_weight), inputs, outputs, strict=True):
            part.addmm_(feeding.t(), out, alpha=scale)
        for_x = None
        if ctx.needs_input_grad[0]:
            for_x = torch.zeros_like(x)
            for feeding, out, part in zip(plan.inputs.of(for_x), outputs, parts, strict=True):
                feeding.addmm_(out, part.t(), alpha=scale)
        return for_x, for_weight, for_bias, None, None, for_elsewhere
