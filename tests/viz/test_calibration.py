"""The picture of a model's expectations has a point for each bin."""

from __future__ import annotations

import numpy as np

from poselift.metrics import reliability
from poselift.viz.calibration import draw_reliability, write_reliability

EXPECTED = np.arange(1.0, 41).reshape(10, 4)
FOUND = reliability(EXPECTED, 3 * EXPECTED, bins=5)


def test_the_points_are_the_bins_and_the_diagonal_is_where_they_should_be():
    (axes,) = draw_reliability(FOUND, "$a^$").axes
    diagonal, points = axes.lines
    assert np.array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    np.testing.assert_array_equal(points.get_xdata(), FOUND.expected_mm)
    np.testing.assert_array_equal(points.get_ydata(), FOUND.observed_mm)
    assert axes.get_xlim()[1] > 3 * 36
    assert axes.get_title() == "$a^$: observed / expected 3.00, rank correlation 1.00"


def test_it_is_written(tmp_path):
    write_reliability(FOUND, "$a^$", tmp_path / "a.svg")
    assert "<svg" in (tmp_path / "a.svg").read_text()
