"""Models with and without feet are measured in the same joints."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import SkeletonError
from poselift.evaluation.measured_joints import Measured
from poselift.metrics import evaluate
from poselift.skeleton import BODY_21, H36M_17


@pytest.fixture
def with_feet() -> Measured:
    rng = np.random.default_rng(0)
    truth_mm = rng.normal(0, 300, (6, 21, 3))
    return Measured(truth_mm + rng.normal(0, 20, (6, 21, 3)), truth_mm, BODY_21)


def test_feet_do_not_count_where_they_are_not_asked_for(with_feet):
    body = evaluate(*with_feet.in_joints_of(H36M_17))
    with_feet.predicted_mm[:, 17:] += 1000
    assert evaluate(*with_feet.in_joints_of(H36M_17)).results == body.results
    assert evaluate(*with_feet).results["procrustes"].mean_mm > body.results["procrustes"].mean_mm + 100


def test_nothing_changes_unless_asked(with_feet):
    assert with_feet.in_joints_of(None) is with_feet


def test_joints_that_a_model_lacks_cannot_be_measured(with_feet):
    with pytest.raises(SkeletonError, match="left_toe"):
        with_feet.in_joints_of(H36M_17).in_joints_of(BODY_21)
