"""The table of optimisers: each setting of each acts, and a new one is a class and a row."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Literal

import numpy as np
import pytest
import torch

from poselift.errors import RecipeError
from poselift.lookup import look_up
from poselift.settings import all_settings
from poselift.training.optim import prepare_step
from poselift.training.optimisers import OPTIMISERS
from poselift.training.optimisers.adam import Adam
from poselift.training.optimisers.base import Optimiser
from poselift.training.optimisers.sgd import Sgd
from poselift.training.recipe_file import recipe_from, recipe_to_toml

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


class Sign(Optimiser):
    """Steps of the size of the learning rate, whatever the gradient.

    Attributes:
        floor: gradients below this count as none.
    """

    name: Literal["sign"] = "sign"
    floor: float = 0.0

    def create(self, model):
        return torch.optim.Rprop(model.parameters(), lr=self.lr, step_sizes=(self.lr, self.lr + self.floor))


def test_an_optimiser_of_ones_own_is_a_class_and_a_row(monkeypatch):
    monkeypatch.setitem(sys.modules, "own_optimisers", SimpleNamespace(Sign=Sign))
    monkeypatch.setitem(OPTIMISERS, "sign", "own_optimisers:Sign")
    least = {"data": {"store": "a"}, "model": "lcn", "train": {"steps": 3}}
    recipe = recipe_from({**least, "optim": {"name": "sign", "lr": 0.25, "floor": 0.5}})
    assert recipe.optim == Sign(lr=0.25, floor=0.5)
    assert 'name = "sign"' in recipe_to_toml(recipe)
    with pytest.raises(RecipeError, match=r"there is no setting optim\.flor"):
        recipe_from({**least, "optim": {"name": "sign", "flor": 0.5}})
