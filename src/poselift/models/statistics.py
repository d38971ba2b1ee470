"""Batch norms that meet other data than they were trained on."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from poselift.models.layers import ChannelBatchNorm, UnitBatchNorm

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
        _settle(measured, mean, (square - mean.square()).clamp(min=0.0))


def _note(sums: _Sums, norm: nn.Module, entering: tuple[Any, ...]) -> None:
    x: Tensor = entering[0].double()
    rows = x.reshape(-1, norm.channels) if isinstance(norm, ChannelBatchNorm) else x.movedim(1, -1).flatten(0, -2)
    zero = torch.zeros_like(rows[0])
    before, mean, square = sums.get(norm, (0, zero, zero))
    count = before + len(rows)
    share = len(rows) / count
    sums[norm] = count, torch.lerp(mean, rows.mean(0), share), torch.lerp(square, rows.square().mean(0), share)


def _settle(norm: nn.Module, mean: Tensor, variance: Tensor) -> None:
    if isinstance(norm, ChannelBatchNorm | UnitBatchNorm):
        norm.settle(mean, variance)
        return
    assert isinstance(norm, nn.modules.batchnorm._BatchNorm)
    if norm.running_mean is None or norm.running_var is None or not norm.affine:
        return
    scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    shift = norm.bias.double() - norm.running_mean.double() * scale
    norm.weight.copy_(scale * (variance + norm.eps).sqrt())
    norm.bias.copy_(shift + mean * scale)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
