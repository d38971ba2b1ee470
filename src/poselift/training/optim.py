"""The optimiser step by step, and the moving average of the weights."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

from poselift.models.base import LiftingNetwork
from poselift.training.optimisers.base import Optimiser
from poselift.training.schedules import schedule_factor


def prepare_step(optimizer: torch.optim.Optimizer, recipe: Optimiser, step: int, steps: int) -> None:
    """Set the learning rate, and what else changes, that step `step` (from 0) of `steps` is to use."""
    changing = {"lr": learning_rate(recipe, step, steps), **recipe.at_step(step)}
    for group in optimizer.param_groups:
        group.update(changing)


def learning_rate(recipe: Optimiser, step: int, steps: int) -> float:
    """Learning rate of step `step` (from 0) of `steps`."""
    warm = min(1.0, (step + 1) / (recipe.warmup_steps + 1))
    return recipe.lr * warm * schedule_factor(recipe.schedule, step, steps)


# Of the loss that is reported, as in the original: it starts from 0.
LOSS_EMA_DECAY = 0.9


class MovingAverage:
    """An exponential moving average of a model's weights and buffers, itself a model in evaluation mode.

    The first steps count more, (1 + n) / (10 + n), so that the average forgets the random start.
    """

    def __init__(self, model: LiftingNetwork, decay: float) -> None:
        self.model = deepcopy(model).eval().requires_grad_(False)
        self.decay = decay
        self._average = _floating(self.model)
        self._current = _floating(model)

    @torch.no_grad()
    def begin(self) -> None:
        """Begin anew with the weights as they are."""
        torch._foreach_copy_(self._average, self._current)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after step `step` (from 0)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._average, self._current, 1 - decay)


def _floating(model: nn.Module) -> list[Tensor]:
    return [t for t in model.state_dict().values() if t.is_floating_point()]
