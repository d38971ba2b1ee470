"""How large a network is, and what one pose costs it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from poselift.models.base import LiftingNetwork

_POSES = 64


class Size(NamedTuple):
    """What a network costs.

    Attributes:
        parameters: trained numbers that its output depends on: what a mask leaves out is not counted, and batch norm
            belongs to the layer before it where the network is a chain of plain matrices.
        flops: floating point operations of matrix products and convolutions for one window; those with weights that
            are always 0 are left out where the network is a chain of plain matrices.
        window: frames that it sees at once.
    """

    parameters: int
    flops: int
    window: int


def size_of(model: LiftingNetwork) -> Size:
    """Measured by one pass there and back over random windows; the model's weights and mode stay as they are."""
    drawn = torch.Generator().manual_seed(0)
    shape = (_POSES, *((model.window.frames,) if model.window.frames > 1 else ()), len(model.skeleton))
    seen = torch.rand((*shape, model.config.in_channels), generator=drawn)
    training = model.training
    model.eval()
    try:
        with FlopCounterMode(display=False) as counter:
            output = model(seen)
        pulled = torch.randn(output.shape, generator=drawn)
        trained = [p for p in model.parameters() if p.requires_grad]
        gradients = torch.autograd.grad((output * pulled).sum(), trained, allow_unused=True)
    finally:
        model.train(training)
    reached = sum(int((gradient != 0).sum()) for gradient in gradients if gradient is not None)
    folded = model.folded()
    if folded is None:
        return Size(reached, counter.get_total_flops() // _POSES, model.window.frames)
    weights = [(int(np.count_nonzero(layer.dense.weight)), layer.rows) for layer in folded.layers()]
    biases = sum(int(np.count_nonzero(layer.dense.bias)) for layer in folded.layers())
    multiplied = sum(count * rows for count, rows in weights)
    return Size(min(reached, sum(count for count, _ in weights) + biases), 2 * multiplied, model.window.frames)
