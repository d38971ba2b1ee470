"""A folded network prepared for 8-bit products: what each hidden layer's input and weights are rounded to.

Inputs become bytes by one scale and zero point a layer, weights by one scale an output channel. So that no channel
wastes that range, channels are first scaled towards each other: a leaky ReLU lets positive factors through, so they
fold into the layers before and after. Source of that idea: Nagel et al., "Data-Free Quantization Through Weight
Equalization and Bias Correction", ICCV 2019, section 4.1, here with the ranges of real inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int8

from poselift.arrays import checked_shape
from poselift.errors import ShapeError
from poselift.models.folded import Dense, FoldedNetwork

# How far the ranges of channels are brought together: 0 leaves them, 1 makes them equal and the weights uneven.
_EVENNESS = 0.75
_LEVELS = 255


@dataclass(frozen=True)
class ByteRange:
    """`x` is stored as `round(x / scale) + zero_point`, 0 to 255."""

    scale: float
    zero_point: int


@dataclass(frozen=True, eq=False)
class QuantisedNetwork:
    """The same function as `network` had, and the ranges (first, second) of its blocks' layers' inputs."""

    network: FoldedNetwork
    ranges: tuple[tuple[ByteRange, ByteRange], ...]


@dataclass(frozen=True, eq=False)
class RoundedWeight:
    """`values * scale` is nearly a weight matrix: int8, and a scale for each output channel."""

    values: Int8[np.ndarray, "n m"]
    scale: Float[np.ndarray, " m"]


def rounded_weight(weight: Float[np.ndarray, "n m"]) -> RoundedWeight:
    """The nearest of 255 evenly spaced values around 0."""
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-30) / np.float32(_LEVELS // 2)
    return RoundedWeight(np.round(weight / scale).astype(np.int8), scale.astype(np.float32))


def quantised(network: FoldedNetwork, inputs: Float[np.ndarray, "poses *window"]) -> QuantisedNetwork:
    """Ranges from what the layers see of normalised inputs (N, J, K), which should be such as the network will meet.

    Networks of several frames take (N, T, J, K).

    Raises:
        ShapeError: no inputs, not of the network's shape, or not finite.
    """
    frames = (network.frames,) if network.frames > 1 else ()
    checked_shape(inputs, (*frames, network.joints, network.in_channels), "calibration inputs")
    if len(inputs) == 0 or not np.isfinite(inputs).all():
        raise ShapeError("calibration inputs: expected finite numbers of at least one pose")
    evened = _evened(network, inputs)
    ranges = [_byte_range(x) for x in _layer_inputs(evened, inputs)]
    return QuantisedNetwork(evened, tuple(zip(ranges[::2], ranges[1::2], strict=True)))


def _layer_inputs(network: FoldedNetwork, inputs: np.ndarray) -> Iterator[np.ndarray]:
    """What enters the layers of the blocks, one after the other; (rows, M) each, M over all frames of a layer."""
    size = network.hidden
    x = _active(network, network.input, inputs.astype(np.float32).reshape(-1, len(network.input.weight)))
    for (first, second), width in zip(network.blocks, network.widths[1:], strict=True):
        joined = x.reshape(-1, width * size)
        yield joined
        y = _active(network, first, joined)
        yield y
        y = _active(network, second, y)
        place = network.place(width)
        x = joined[:, place * size : (place + 1) * size] + y if network.residual else y


def _active(network: FoldedNetwork, layer: Dense, x: np.ndarray) -> np.ndarray:
    x = x @ layer.weight + layer.bias
    return np.where(x < 0, np.float32(network.slope) * x, x)


def _evened(network: FoldedNetwork, inputs: np.ndarray) -> FoldedNetwork:
    # Without residuals channels need not agree across blocks, and no model that we ship is so.
    if not (network.residual and network.blocks):
        return network
    sizes = [_over_frames(np.abs(x).max(axis=0), network.hidden) for x in _layer_inputs(network, inputs)]
    # Around the blocks every channel is added to itself, so its factor is one for all of them.
    outer = _factors(sizes[::2], [first for first, _ in network.blocks])
    blocks = []
    for (first, second), size in zip(network.blocks, sizes[1::2], strict=True):
        inner = _factors([size], [second])
        blocks.append((_scaled(first, outer, inner), _scaled(second, inner, outer)))
    ones = np.ones(1, np.float32)
    return replace(
        network,
        input=_scaled(network.input, ones, outer),
        blocks=tuple(blocks),
        output=_scaled(network.output, outer, ones),
    )


def _factors(sizes: list[np.ndarray], consumers: list[Dense]) -> np.ndarray:
    """(M,) by which to divide channels, given their greatest values where each consumer takes them."""
    relative = np.max([size / max(size.max(), 1e-30) for size in sizes], axis=0)
    weights = np.max([_over_frames(np.abs(layer.weight).max(axis=1), len(sizes[0])) for layer in consumers], axis=0)
    weights = weights / max(weights.max(), 1e-30)
    usable = (relative > 1e-6) & (weights > 1e-6)
    factors = np.ones_like(relative)
    factors[usable] = relative[usable] ** _EVENNESS / weights[usable] ** (1 - _EVENNESS)
    return np.asarray(factors / np.exp(np.log(factors).mean()), dtype=np.float32)


def _over_frames(values: np.ndarray, size: int) -> np.ndarray:
    """(M,) the greatest of (frames * M): a channel has one factor, whichever frame it is of."""
    greatest: np.ndarray = values.reshape(-1, size).max(axis=0)
    return greatest


def _scaled(layer: Dense, entering: np.ndarray, leaving: np.ndarray) -> Dense:
    """The layer for inputs whose frames are divided by `entering`, and with outputs divided by `leaving`."""
    of_rows = np.tile(entering, len(layer.weight) // len(entering))
    return Dense(layer.weight * of_rows[:, None] / leaving, layer.bias / leaving)


def _byte_range(x: np.ndarray) -> ByteRange:
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    scale = max(high - low, 1e-30) / _LEVELS
    return ByteRange(scale, round(-low / scale))
