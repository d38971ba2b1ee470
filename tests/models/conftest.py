from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn


@pytest.fixture
def settled() -> Callable[[nn.Module], nn.Module]:
    """Turns a fresh network into one that might have been trained: no statistic or weight is at its start."""

    @torch.no_grad()
    def settle(model: nn.Module, seed: int = 0) -> nn.Module:
        draw = torch.Generator().manual_seed(seed)
        for name, tensor in model.state_dict().items():
            noise = torch.rand(tensor.shape, generator=draw)
            if name.endswith(("weight", "bias")):
                tensor.copy_((noise - 0.5) * 2)
            else:
                tensor.copy_(noise + 0.3)
        return model.eval()

    return settle
