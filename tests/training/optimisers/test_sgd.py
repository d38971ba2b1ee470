"""Gradient descent by its formula."""

from __future__ import annotations

import numpy as np
import torch

from poselift.training.optim import prepare_step
from poselift.training.optimisers.sgd import Sgd
from poselift.training.schedules import Constant

GRADIENTS = np.random.default_rng(0).normal(size=(6, 3, 4)).astype(np.float32)


def test_sgd_follows_its_formula():
    recipe = Sgd(lr=0.1, momentum=0.5, schedule=Constant(), warmup_steps=2)
    layer = torch.nn.Linear(4, 3, bias=False)
    layer.weight.data = torch.ones(3, 4)
    optimizer = recipe.create(layer)
    weight, velocity = np.ones((3, 4)), 0.0
    for step, gradient in enumerate(GRADIENTS):
        prepare_step(optimizer, recipe, step, len(GRADIENTS))
        layer.weight.grad = torch.from_numpy(gradient.copy())
        optimizer.step()
        velocity = 0.5 * velocity + gradient
        weight = weight - 0.1 * min(1, (step + 1) / 3) * velocity
    np.testing.assert_allclose(layer.weight.detach().numpy(), weight, rtol=0, atol=1e-6)
