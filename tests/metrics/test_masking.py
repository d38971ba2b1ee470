"""What masking costs: by hand, and what does not count."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.metrics import masking

UNMASKED_MM = np.array([[10.0, 20, 30], [40, 50, 60]])
MASKED_MM = np.array([[11.0, 22, 90], [80, 55, 66]])
HIDDEN = np.array([[False, False, True], [True, False, False]])
ALL = np.ones_like(HIDDEN)


def test_the_same_joints_are_compared():
    """By hand: of the visible ones 10, 20, 50, 60 become 11, 22, 55, 66; of the masked ones 30, 40 become 90, 80."""
    found = masking(MASKED_MM, UNMASKED_MM, ~HIDDEN, ALL)
    assert (found.visible.n_errors, found.visible.masked_mm, found.visible.unmasked_mm) == (4, 38.5, 35)
    assert found.visible.ratio == pytest.approx(1.1)
    assert found.hidden.as_dict() == {"n_errors": 2, "masked_mm": 85, "unmasked_mm": 35, "ratio": 85 / 35}
    assert found.as_dict() == {"visible": found.visible.as_dict(), "masked": found.hidden.as_dict()}
    assert found.lines[0] == "visible joints, mm: 38.5; none masked: 35.0; ratio: 1.100"


def test_what_was_not_seen_anyway_does_not_count():
    seen = np.array([[True, False, True], [False, True, True]])
    found = masking(MASKED_MM, UNMASKED_MM, seen & ~HIDDEN, seen)
    assert (found.hidden.n_errors, found.hidden.masked_mm) == (1, 90)
    assert (found.visible.n_errors, found.visible.unmasked_mm) == (3, 40)


def test_an_error_of_nothing_has_no_ratio():
    found = masking(MASKED_MM, np.zeros_like(MASKED_MM), ~HIDDEN, ALL)
    assert found.hidden.ratio is None
    assert found.lines[1] == "masked joints, mm: 85.0; none masked: 0.0"


@pytest.mark.parametrize(("seen", "missing"), [(ALL, "masked"), (~ALL, "visible")])
def test_there_must_be_both(seen, missing):
    with pytest.raises(ShapeError, match=f"expected {missing} joints, found none"):
        masking(MASKED_MM, UNMASKED_MM, seen, ALL)


@pytest.mark.usefixtures("unchecked_shapes")
def test_shapes_must_fit():
    with pytest.raises(ShapeError, match="unmasked_error_mm"):
        masking(MASKED_MM, UNMASKED_MM[:1], ~HIDDEN, ALL)
