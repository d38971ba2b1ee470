"""Dropout for training on a processor, where PyTorch's own draws one number after the other: that takes as long as
a product of matrices."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Values of a random number, and how many of them one draw of 64 bits holds.
_LEVELS, _IN_A_DRAW = 2**16, 4


def bulk_dropout(x: Tensor, dropout: float) -> Tensor:
    """Drop each unit with probability `dropout`, in steps of 2^-16, and scale the rest to make up for it.

    Draws from PyTorch's global generator.
    """
    dropped = min(round(dropout * _LEVELS), _LEVELS - 1)
    if not dropped:
        return x
    # From the least number on, without an end: all 64 bits are random.
    draws = torch.empty(-(-x.numel() // _IN_A_DRAW), dtype=torch.int64, device=x.device).random_(-(2**63), None)
    numbers = draws.view(torch.int16)[: x.numel()].view(x.shape)
    # As float32, which holds all of them: to compare integers and convert what comes out takes 3 times longer.
    kept = numbers.to(torch.float32).ge_(dropped - _LEVELS // 2).mul_(_LEVELS / (_LEVELS - dropped))
    return x * kept.to(x.dtype)


class Dropout(nn.Dropout):
    """Dropout that draws in bulk on a processor; elsewhere it is PyTorch's."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training and x.device.type == "cpu":
            return bulk_dropout(x, self.p)
        return super().forward(x)
