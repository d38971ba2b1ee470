"""Pixels and shares of a picture are told apart by how large they are."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.picture_shares import are_shares


@pytest.mark.parametrize(
    ("places", "size_px", "shares"),
    [
        ([[0.2, 0.9], [1.3, -0.4]], (1280, 720), True),
        ([[0.2, 0.9], [3.0, 0.5]], (1280, 720), False),
        ([[0.2, 0.9]], (32, 20), False),
        (np.empty((0, 2)), (1280, 720), False),
    ],
)
def test_all_of_them_are_small_and_the_picture_is_not(places, size_px, shares):
    assert are_shares(np.array(places, dtype=np.float64), size_px) == shares
