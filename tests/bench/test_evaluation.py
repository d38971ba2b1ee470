"""The plain loops that evaluation is measured beside do the same as poselift."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.bench import evaluation
from poselift.bench.rounds import Settings
from poselift.metrics import mpjpe, pa_mpjpe


def test_the_loops_are_references():
    rng = np.random.default_rng(0)
    target = rng.normal(0, 300, (20, 17, 3))
    predicted = target + rng.normal(0, 50, target.shape)
    assert evaluation.looped(predicted, target) == pytest.approx(mpjpe(predicted, target))
    aligned = evaluation.looped(predicted, target, procrustes=True)
    assert aligned == pytest.approx(pa_mpjpe(predicted, target, reflection=True))


def test_both_ways_of_a_contest_come_to_the_same():
    for contest in evaluation.contests(Settings(small=True)):
        results = [way() for way in contest.ways.values()]
        if len(results) == 2:
            assert results[0] == pytest.approx(results[1], rel=1e-9), contest.title
