"""Losses of coordinates by hand."""

from __future__ import annotations

import torch

from poselift.training.losses.coordinates import absolute, squared

PREDICTED = torch.tensor([[3.0, -4.0, 0.0], [0.0, 0.0, 2.0]])
TARGET = torch.zeros(2, 3)
WEIGHTS = torch.tensor([[1.5], [0.5]])


def test_by_hand():
    assert squared(PREDICTED, TARGET, torch.ones(2, 1)).item() == torch.tensor(29 / 6).item()
    assert absolute(PREDICTED, TARGET, torch.ones(2, 1)).item() == 1.5
    assert squared(PREDICTED, TARGET, WEIGHTS).item() == torch.tensor((1.5 * 25 + 0.5 * 4) / 6).item()
    assert absolute(PREDICTED, TARGET, WEIGHTS).item() == torch.tensor((1.5 * 7 + 0.5 * 2) / 6).item()


def test_any_axes_before_the_joints_are_so_many_poses():
    for loss in (squared, absolute):
        window = PREDICTED.expand(4, 5, 2, 3)
        torch.testing.assert_close(loss(window, TARGET, WEIGHTS), loss(PREDICTED, TARGET, WEIGHTS))
