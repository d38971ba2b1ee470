"""Runs of frames."""

from __future__ import annotations

import numpy as np

from poselift.data.stretches import stretches_of


def test_stretches_are_first_and_end():
    assert stretches_of(np.array([True, False, True, True])) == [(0, 1), (2, 4)]
    assert stretches_of(np.zeros(3, dtype=bool)) == stretches_of(np.zeros(0, dtype=bool)) == []
