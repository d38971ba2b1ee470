"""The table of losses: a new one is a function and a row, and recipes and the command line know it."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import torch

from poselift.cli.recipe import recipe as list_settings
from poselift.training.loss import training_loss
from poselift.training.losses import LOSSES
from poselift.training.recipe import LossRecipe


def worst_joint(predicted, target, weights):
    return (torch.linalg.vector_norm(predicted - target, dim=-1, keepdim=True) * weights).amax()


def test_a_loss_of_ones_own_is_a_function_and_a_row(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "own_losses", SimpleNamespace(worst_joint=worst_joint))
    monkeypatch.setitem(LOSSES, "worst", "own_losses:worst_joint")
    recipe = LossRecipe(terms={"worst": 0.5, "mse": 1.0})
    predicted = torch.tensor([[3.0, 4.0, 0.0], [0.0, 0.0, 2.0]])
    value = training_loss(recipe.terms, predicted, torch.zeros(2, 3), torch.ones(2, 1))
    torch.testing.assert_close(value, torch.tensor(0.5 * 5 + 29 / 6))
    list_settings("loss")
    assert "'mse', 'l1', 'mpjpe', 'likelihood', 'velocity' or 'worst'" in capsys.readouterr().out
