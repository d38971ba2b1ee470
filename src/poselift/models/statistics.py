"""Batch norms that meet other data than they were trained on."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from poselift.models.layers import ChannelBatchNorm, in_evaluation

# Number, mean and mean square of the numbers of each channel.
_Sums: TypeAlias = dict[nn.Module, tuple[int, Tensor, Tensor]]


@torch.no_grad()
def settle_statistics(model: nn.Module, inputs: Iterable[Tensor]) -> None:
    """Let every batch norm know how its channels are distributed for these inputs, and leave the function as it is.

    In training a batch norm goes by the batch. So a network whose norms know other statistics, or none since it was
    folded, would be another function there than in evaluation.
    """
    norms = [m for m in model.modules() if isinstance(m, ChannelBatchNorm | nn.modules.batchnorm._BatchNorm)]
    sums: _Sums = {}
    training = model.training
    model.eval()
    with ExitStack() as hooks:
        for norm in norms:
            hooks.callback(norm.register_forward_pre_hook(partial(_note, sums)).remove)
        for batch in inputs:
            model(batch)
    model.train(training)
    for measured, (_, mean, square) in sums.items():
        known = in_evaluation(measured)
        if known is not None:
            known.settle(mean, (square - mean.square()).clamp(min=0.0))


def _note(sums: _Sums, norm: nn.Module, entering: tuple[Any, ...]) -> None:
    x: Tensor = entering[0].double()
    rows = x.reshape(-1, norm.channels) if isinstance(norm, ChannelBatchNorm) else x.movedim(1, -1).flatten(0, -2)
    zero = torch.zeros_like(rows[0])
    before, mean, square = sums.get(norm, (0, zero, zero))
    count = before + len(rows)
    share = len(rows) / count
    sums[norm] = count, torch.lerp(mean, rows.mean(0), share), torch.lerp(square, rows.square().mean(0), share)
