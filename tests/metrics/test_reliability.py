"""Expected errors that are right, too small, or say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.metrics import reliability

RNG = np.random.default_rng(0)
EXPECTED = np.exp(RNG.normal(3.5, 0.6, (4000, 17)))
OBSERVED = EXPECTED * RNG.gamma(3, 1 / 3, EXPECTED.shape)  # of mean 1


def test_a_model_that_knows_is_reliable_and_sharp():
    found = reliability(EXPECTED, OBSERVED)
    assert found.n_errors == 4000 * 17
    assert len(found.expected_mm) == len(found.observed_mm) == 20
    np.testing.assert_allclose(found.observed_mm, found.expected_mm, rtol=0.05)
    assert (np.diff(found.expected_mm) > 0).all()
    assert found.factor == pytest.approx(1, abs=0.01)
    assert 0.6 < found.sharpness < 0.8


def test_the_factor_makes_it_right_and_changes_no_sharpness():
    proud = reliability(EXPECTED / 3, OBSERVED)
    assert proud.factor == pytest.approx(3, rel=0.01)
    assert proud.gap_mm > 20
    mended = reliability(EXPECTED / 3 * proud.factor, OBSERVED)
    assert mended.factor == pytest.approx(1)
    assert mended.gap_mm < 1
    assert mended.sharpness == pytest.approx(proud.sharpness)


def test_who_says_the_same_of_all_is_reliable_and_knows_nothing():
    found = reliability(np.full_like(OBSERVED, OBSERVED.mean()), OBSERVED)
    assert found.factor == pytest.approx(1)
    assert found.gap_mm < 1
    assert found.sharpness == 0


@pytest.mark.parametrize(("observed", "sharpness"), [(EXPECTED**2, 1), (1 / EXPECTED, -1)])
def test_sharpness_is_of_the_order_alone(observed, sharpness):
    assert reliability(EXPECTED, observed).sharpness == pytest.approx(sharpness)


def test_equal_errors_share_their_ranks():
    """By hand: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4."""
    found = reliability(np.array([[1.0, 2, 2, 3]]), np.array([[10.0, 20, 30, 40]]))
    assert found.sharpness == pytest.approx(4.5 / np.sqrt(4.5 * 5))


def test_bins_are_means_and_hold_as_many_each():
    expected = np.arange(1.0, 11)[None]
    found = reliability(expected[:, ::-1], 10 * expected[:, ::-1], bins=5)
    assert found.expected_mm.tolist() == [1.5, 3.5, 5.5, 7.5, 9.5]
    assert found.observed_mm.tolist() == [15, 35, 55, 75, 95]
    assert found.as_dict()["observed_mm"] == [15, 35, 55, 75, 95]
    assert found.figures["observed / expected error"] == pytest.approx(10)
    assert len(reliability(expected, expected, bins=20).expected_mm) == 10


@pytest.mark.parametrize(
    ("expected", "observed"),
    [
        (EXPECTED[:3], OBSERVED[:2]),
        (EXPECTED[:0], OBSERVED[:0]),
        (0 * EXPECTED, OBSERVED),
        (np.nan * EXPECTED, OBSERVED),
        (EXPECTED, np.inf * OBSERVED),
    ],
)
@pytest.mark.usefixtures("unchecked_shapes")
def test_what_cannot_be_is_refused(expected, observed):
    with pytest.raises(ShapeError, match="expected_error_mm"):
        reliability(expected, observed)


def test_nine_of_ten_errors_are_within_the_ratio_of_their_joint():
    rng = np.random.default_rng(0)
    expected = rng.uniform(10, 100, (1000, 3))
    errors = expected * rng.exponential(1, (1000, 3)) * [1.0, 2.0, 0.5]
    within = errors <= reliability(expected, errors).ratio_90 * expected
    np.testing.assert_allclose(within.mean(axis=0), 0.9, atol=0.002)
