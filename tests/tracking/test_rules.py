import numpy as np
import pytest

from poselift.lookup import look_up
from poselift.tracking.who import PERSON_RULES

SIZE_PX = np.array([100.0, 300.0, 200.0])
PLACE_PX = np.array([[50.0, 90.0], [400.0, 100.0], [310.0, 120.0]])


@pytest.mark.parametrize(("name", "meant"), [("largest", 1), ("nearest-center", 2), ("leftmost", 0)])
def test_the_smallest_number_is_whom_the_rule_means(name, meant):
    rule = look_up(PERSON_RULES, name, "--person")
    assert np.argmin(rule(SIZE_PX, PLACE_PX, np.array([320.0, 100.0]))) == meant
