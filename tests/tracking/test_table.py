import numpy as np
import pytest

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.errors import RecipeError
from poselift.skeleton import H36M_17
from poselift.tracking import TRACKERS, track


@pytest.fixture
def detections():
    """One person in frames 1 and 2 of 4, whose id is 5."""
    joints_px = np.random.default_rng(0).uniform(100, 300, (1, 17, 2)) + np.array([0, 1])[:, None, None]
    footage = Footage.regular(4, 25)
    return Detections(footage, H36M_17, np.array([1, 2]), joints_px, np.ones((2, 17)), np.array([5, 5]))


@pytest.mark.parametrize("strategy", TRACKERS)
def test_every_strategy_finds_one_person(detections, strategy):
    scene = track(detections, strategy)
    assert len(scene) == 1
    assert scene.main.valid.sum() == 2
    assert scene.footage is detections.footage


def test_strategies_differ_and_finding_out_is_the_default(detections):
    assert [(t.id, t.first_frame) for t in track(detections).tracks] == [(1, 1)]
    assert [(t.id, t.first_frame) for t in track(detections, "ids").tracks] == [(5, 1)]
    with pytest.raises(RecipeError, match="unknown tracking 'peple'"):
        track(detections, "peple")
