"""What every optimiser has."""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import nn

from poselift.settings import OneOf, Settings
from poselift.training.optimisers import OPTIMISERS
from poselift.training.schedules import Cosine, Schedule


class Optimiser(Settings):
    """The settings of an optimiser, and how it is made of them.

    Attributes:
        name: which optimiser.
        lr: learning rate at the start, or after the warm-up.
        schedule: how it changes.
        warmup_steps: the learning rate rises linearly over so many steps.
        l2: adds this times half the sum of squares of all weights and biases to the loss.
        clip_norm: clip the norm of the whole gradient to this; 0 does not.
        ema_decay: keep a moving average of the weights, and validate and deliver that; 0 does not.
    """

    section: ClassVar[str] = "optim"

    name: Annotated[str, OneOf(OPTIMISERS)]
    lr: float = Field(default=1e-3, gt=0)
    schedule: Schedule = Cosine()
    warmup_steps: int = Field(default=0, ge=0)
    l2: float = Field(default=0.0, ge=0)
    clip_norm: float = Field(default=0.0, ge=0)
    ema_decay: float = Field(default=0.0, ge=0, lt=1)

    def create(self, model: nn.Module) -> torch.optim.Optimizer:
        """The optimiser of a model's parameters. All that it remembers of them are tensors."""
        raise NotImplementedError

    def at_step(self, step: int) -> dict[str, float]:
        """What else of its parameter groups changes with the step (from 0), besides the learning rate."""
        return {}
