"""Adam, its schedules as pure functions of the step, and the moving average of the weights."""

from __future__ import annotations

import math
from copy import deepcopy

import torch
from torch import Tensor, nn

from poselift.models.base import LiftingNetwork
from poselift.training.recipe import Constant, Exponential, OptimRecipe, Piecewise, Schedule


def create_optimizer(model: nn.Module, recipe: OptimRecipe) -> torch.optim.AdamW:
    """Adam with decoupled weight decay on matrices; call `prepare_step` before each of its steps."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    used = [group for group in groups if group["params"]]
    return torch.optim.AdamW(used, lr=recipe.lr, betas=recipe.betas, eps=recipe.epsilon, fused=True)


def prepare_step(optimizer: torch.optim.Optimizer, recipe: OptimRecipe, step: int, steps: int) -> None:
    """Set the learning rate and epsilon that step `step` (from 0) of `steps` is to use."""
    lr, epsilon = learning_rate(recipe, step, steps), torch_epsilon(recipe, step)
    for group in optimizer.param_groups:
        group["lr"], group["eps"] = lr, epsilon


def learning_rate(recipe: OptimRecipe, step: int, steps: int) -> float:
    """Learning rate of step `step` (from 0) of `steps`."""
    warm = min(1.0, (step + 1) / (recipe.warmup_steps + 1))
    return recipe.lr * warm * schedule_factor(recipe.schedule, step, steps)


def schedule_factor(schedule: Schedule, step: int, steps: int) -> float:
    """What the schedule multiplies the learning rate by."""
    if isinstance(schedule, Constant):
        return 1.0
    if isinstance(schedule, Exponential):
        return float(schedule.rate ** (step / schedule.steps))
    if isinstance(schedule, Piecewise):
        past = [f for b, f in zip(schedule.boundaries, schedule.factors, strict=True) if step > b]
        return past[-1] if past else 1.0
    done = min(1.0, step / max(1, steps - 1))
    return schedule.final + (1 - schedule.final) * (1 + math.cos(math.pi * done)) / 2


def torch_epsilon(recipe: OptimRecipe, step: int) -> float:
    """The epsilon by which torch's Adam does what the recipe's placement asks for, at step `step` (from 0).

    torch divides by sqrt(v) / sqrt(1 - b2^t) + epsilon. TensorFlow's lr * sqrt(1 - b2^t) / (1 - b1^t) * m /
    (sqrt(v) + epsilon) is the same with epsilon / sqrt(1 - b2^t), so that torch's one-pass kernel serves both.
    """
    if recipe.epsilon_placement == "torch":
        return recipe.epsilon
    return recipe.epsilon / math.sqrt(1 - recipe.betas[1] ** (step + 1))


# Of the loss that is reported, as in the seed: it starts from 0.
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
    def update(self, step: int) -> None:
        """Take in the weights after step `step` (from 0)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._average, self._current, 1 - decay)


def _floating(model: nn.Module) -> list[Tensor]:
    return [t for t in model.state_dict().values() if t.is_floating_point()]
