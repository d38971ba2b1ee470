"""Schedules of the learning rate, by hand."""

from __future__ import annotations

import pytest

from poselift.training.schedules import Constant, Cosine, Exponential, Piecewise, schedule_factor


def test_schedules_by_hand():
    assert schedule_factor(Constant(), 99, 100) == 1
    assert schedule_factor(Exponential(rate=0.96, steps=32000), 16000, 10**6) == pytest.approx(0.96**0.5)
    steps = Piecewise(boundaries=(10, 20), factors=(0.7, 0.1))
    assert [schedule_factor(steps, s, 30) for s in (0, 10, 11, 20, 21, 29)] == [1, 1, 0.7, 0.7, 0.1, 0.1]
    cosine = [schedule_factor(Cosine(final=0.2), s, 101) for s in (0, 50, 100)]
    assert cosine == pytest.approx([1, 0.6, 0.2])
