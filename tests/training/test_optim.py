"""The learning rate step by step, and the moving average."""

from __future__ import annotations

import pytest
import torch

from poselift.training.optim import MovingAverage, learning_rate
from poselift.training.optimisers.adam import Adam
from poselift.training.schedules import Constant


def test_the_warm_up_rises_to_the_learning_rate():
    recipe = Adam(lr=2.0, schedule=Constant(), warmup_steps=3)
    assert [learning_rate(recipe, s, 10) for s in range(6)] == pytest.approx([0.5, 1, 1.5, 2, 2, 2])


def test_the_average_lags_behind_and_arrives():
    model = torch.nn.Linear(2, 2)
    average = MovingAverage(model, decay=0.5)
    first = model.weight.detach().clone()
    with torch.no_grad():
        model.weight += 1
    average.update(10)
    torch.testing.assert_close(average.model.weight, first + 0.5)
    for step in range(11, 60):
        average.update(step)
    torch.testing.assert_close(average.model.weight, model.weight.detach())


def test_the_average_takes_in_buffers_and_never_trains():
    model = torch.nn.BatchNorm1d(2)
    average = MovingAverage(model, decay=0.9)
    with torch.no_grad():
        model.running_mean += 1
    average.update(0)
    torch.testing.assert_close(average.model.running_mean, torch.full((2,), 0.9))
    assert not average.model.training
    assert not any(p.requires_grad for p in average.model.parameters())
