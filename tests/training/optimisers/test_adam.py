"""Adam by its formula and as TensorFlow does it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from poselift.training.optim import learning_rate, prepare_step
from poselift.training.optimisers.adam import Adam
from poselift.training.schedules import Constant, Exponential

REFERENCE = Path(__file__).parents[2] / "models" / "lcn_tf1"


def adam_by_formula(gradients: np.ndarray, recipe: Adam, start: np.ndarray) -> np.ndarray:
    """Adam in float64, straight from the two formulas."""
    b1, b2 = recipe.betas
    x, m, v = start.astype(np.float64), 0.0, 0.0
    for t, g in enumerate(gradients.astype(np.float64), start=1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        if recipe.epsilon_placement == "tensorflow":
            lr_t = recipe.lr * math.sqrt(1 - b2**t) / (1 - b1**t)
            x = x - lr_t * m / (np.sqrt(v) + recipe.epsilon)
        else:
            x = x - recipe.lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + recipe.epsilon)
    return x


def stepped(gradients: np.ndarray, recipe: Adam, start: np.ndarray) -> np.ndarray:
    layer = torch.nn.Linear(*start.shape[::-1], bias=False)
    layer.weight.data = torch.from_numpy(start.copy())
    optimizer = recipe.create(layer)
    for step, gradient in enumerate(gradients):
        prepare_step(optimizer, recipe, step, len(gradients))
        layer.weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return layer.weight.detach().numpy()


@pytest.mark.parametrize("placement", ["torch", "tensorflow"])
def test_adam_follows_its_formula_where_epsilon_matters(placement):
    rng = np.random.default_rng(0)
    start = rng.normal(size=(3, 4)).astype(np.float32)
    gradients = rng.normal(0, 1e-3, size=(20, 3, 4)).astype(np.float32)
    recipe = Adam(lr=0.01, schedule=Constant(), epsilon=1e-3, epsilon_placement=placement)
    expected = adam_by_formula(gradients, recipe, start)
    np.testing.assert_allclose(stepped(gradients, recipe, start), expected, rtol=0, atol=1e-6)
    other = recipe.model_copy(update={"epsilon_placement": {"torch": "tensorflow"}.get(placement, "torch")})
    assert np.abs(adam_by_formula(gradients, other, start) - expected).max() > 1e-3


def test_three_steps_end_where_tensorflow_ended():
    """The reference: see tests/models/lcn_tf1/make.py."""
    from poselift.models import create_model

    steps, batches = np.load(REFERENCE / "steps_fixed.npz"), np.load(REFERENCE / "batches.npz")
    names = {
        "input.linear": ("linear_model|w1", "linear_model|b1"),
        "blocks.0.first.linear": ("linear_model|two_linear_0|w2_0", "linear_model|two_linear_0|b2_0"),
        "blocks.0.second.linear": ("linear_model|two_linear_0|w3_0", "linear_model|two_linear_0|b3_0"),
        "output": ("linear_model|w4", "linear_model|b4"),
    }
    model = create_model("lcn", channels=8, layers=1, dropout=0.0).train()
    with torch.no_grad():
        for layer, (weight, bias) in names.items():
            model.get_submodule(layer).weight.copy_(torch.from_numpy(steps[f"v0|{weight}"]))
            model.get_submodule(layer).bias.copy_(torch.from_numpy(steps[f"v0|{bias}"]))
    recipe = Adam(lr=1e-3, schedule=Exponential(), epsilon_placement="tensorflow")
    optimizer = recipe.create(model)
    for step in range(3):
        assert learning_rate(recipe, step, 3) == pytest.approx(float(steps[f"lr{step}"]), rel=1e-6)
        prepare_step(optimizer, recipe, step, 3)
        x = torch.from_numpy(batches[f"x{step}"]).view(-1, 17, 2)
        y = torch.from_numpy(batches[f"y{step}"]).view(-1, 17, 3)
        optimizer.zero_grad()
        (model(x) - y).square().mean().backward()
        optimizer.step()
    for layer, (weight, _) in names.items():
        moved = model.get_submodule(layer).weight.detach().numpy()
        np.testing.assert_allclose(moved, steps[f"v3|{weight}"], rtol=0, atol=1e-6, err_msg=layer)
    np.testing.assert_allclose(model.output.bias.detach(), steps["v3|linear_model|b4"], rtol=0, atol=1e-6)


def test_weight_decay_shrinks_matrices_alone():
    layer = torch.nn.Linear(2, 2)
    before = {name: p.detach().clone() for name, p in layer.named_parameters()}
    recipe = Adam(lr=0.1, schedule=Constant(), weight_decay=0.5)
    optimizer = recipe.create(layer)
    for parameter in layer.parameters():
        parameter.grad = torch.zeros_like(parameter)
    prepare_step(optimizer, recipe, 0, 1)
    optimizer.step()
    torch.testing.assert_close(layer.weight, before["weight"] * (1 - 0.1 * 0.5))
    torch.testing.assert_close(layer.bias, before["bias"])
