"""The loss of distances by hand."""

from __future__ import annotations

import torch

from poselift.training.losses.distances import distance

PREDICTED = torch.tensor([[3.0, -4.0, 0.0], [0.0, 0.0, 2.0]])
TARGET = torch.zeros(2, 3)


def test_by_hand():
    assert distance(PREDICTED, TARGET, torch.ones(2, 1)).item() == 3.5
    assert distance(PREDICTED, TARGET, torch.tensor([[2.0], [0.0]])).item() == 5
    assert distance(PREDICTED.expand(4, 5, 2, 3), TARGET, torch.ones(2, 1)).item() == 3.5


def test_a_turned_world_changes_nothing():
    turn, _ = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(0)))
    even = torch.ones(2, 1)
    torch.testing.assert_close(distance(PREDICTED @ turn, TARGET, even), distance(PREDICTED, TARGET, even))
