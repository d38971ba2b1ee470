"""Every optimiser of the table follows its formula, and each of its settings acts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.lookup import look_up
from poselift.settings import all_settings
from poselift.training.optim import prepare_step
from poselift.training.optimisers import OPTIMISERS
from poselift.training.optimisers.adam import Adam
from poselift.training.optimisers.sgd import Sgd
from poselift.training.schedules import Constant

GRADIENTS = np.random.default_rng(0).normal(size=(6, 3, 4)).astype(np.float32)


def moved(recipe) -> np.ndarray:
    layer = torch.nn.Linear(4, 3, bias=False)
    layer.weight.data = torch.ones(3, 4)
    optimizer = recipe.create(layer)
    for step, gradient in enumerate(GRADIENTS):
        prepare_step(optimizer, recipe, step, len(GRADIENTS))
        layer.weight.grad = torch.from_numpy(gradient.copy())
        optimizer.step()
    return layer.weight.detach().numpy()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_entry_is_a_class_of_settings_of_that_name(name):
    kind = look_up(OPTIMISERS, name, "optimiser")
    assert kind().name == name
    assert [s.key for s in all_settings(kind) if not s.meaning] == []


def test_sgd_follows_its_formula():
    recipe = Sgd(lr=0.1, momentum=0.5, schedule=Constant(), warmup_steps=2)
    weight, velocity = np.ones((3, 4)), 0.0
    for step, gradient in enumerate(GRADIENTS):
        velocity = 0.5 * velocity + gradient
        weight = weight - 0.1 * min(1, (step + 1) / 3) * velocity
    np.testing.assert_allclose(moved(recipe), weight, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("recipe", "changes"),
    [
        (Sgd(), {"momentum": 0.5}),
        (Sgd(), {"lr": 0.5}),
        (Adam(epsilon=0.1), {"epsilon": 0.2}),
        (Adam(epsilon=0.1), {"epsilon_placement": "tensorflow"}),
        (Adam(), {"betas": (0.5, 0.9)}),
        (Adam(), {"weight_decay": 0.5}),
    ],
    ids=str,
)
def test_every_setting_changes_the_steps(recipe, changes):
    assert np.abs(moved(recipe) - moved(recipe.replaced(**changes))).max() > 1e-6
