"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import nn

from poselift.training.optimisers.base import Optimiser


class Sgd(Optimiser):
    """Steps along the mean of past gradients; it wants a larger learning rate than Adam.

    Attributes:
        momentum: what is left of past gradients after each step.
    """

    name: Literal["sgd"] = "sgd"
    momentum: float = Field(default=0.9, ge=0, lt=1)

    def create(self, model: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.SGD(model.parameters(), lr=self.lr, momentum=self.momentum)
