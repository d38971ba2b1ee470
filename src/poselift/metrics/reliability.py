"""Whether joints are as far off as a model expects: reliability, which is to be had by a factor, and sharpness.

A model that always says its mean error is reliable and of no use; one that tells good joints from bad ones is sharp.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from poselift.errors import ShapeError

_BINS = 20


@dataclass(frozen=True, eq=False)
class Reliability:
    """Expected and observed errors of joints, sorted by what was expected and cut into bins of as many each.

    Attributes:
        n_errors: how many there are, of frames and joints.
        expected_mm, observed_mm: (bins,) mean errors of each bin; a reliable model has the same.
        factor: observed over expected mean; expected errors times this are right on average.
        sharpness: correlation of the ranks of expected and observed errors: 1 knows which joint is worse, 0 nothing.
        ratio_90: (J,) nine of ten errors of a joint are no larger than so many times what is expected.
    """

    n_errors: int
    expected_mm: Float[np.ndarray, " bins"]
    observed_mm: Float[np.ndarray, " bins"]
    factor: float
    sharpness: float
    ratio_90: Float[np.ndarray, " joints"]

    @property
    def gap_mm(self) -> float:
        """Mean over the bins of how far expected and observed errors are apart."""
        return float(np.abs(self.expected_mm - self.observed_mm).mean())

    @property
    def figures(self) -> dict[str, float]:
        """For a report."""
        return {
            "expected error, mm": float(self.expected_mm.mean()),
            "observed error, mm": float(self.observed_mm.mean()),
            "observed / expected error": self.factor,
            "gap between expected and observed error, mm": self.gap_mm,
            "rank correlation of expected and observed error": self.sharpness,
        }

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers."""
        bins = {"expected_mm": self.expected_mm.tolist(), "observed_mm": self.observed_mm.tolist()}
        scores = {"factor": self.factor, "sharpness": self.sharpness, "gap_mm": self.gap_mm}
        return {"n_errors": self.n_errors, **bins, **scores}


def reliability(
    expected_error_mm: Float[np.ndarray, "frames joints"],
    error_mm: Float[np.ndarray, "frames joints"],
    *,
    bins: int = _BINS,
) -> Reliability:
    """Compare the errors that a model expects with those that it makes; fewer bins where there are fewer errors.

    Raises:
        ShapeError: the shapes differ, there is nothing in them, a number is not finite, or an expected error is not
            positive.
    """
    if expected_error_mm.shape != error_mm.shape or error_mm.size == 0:
        raise ShapeError(
            f"expected_error_mm: expected the shape of error_mm, {error_mm.shape}, and something in it, "
            f"got {expected_error_mm.shape}"
        )
    expected, observed = (np.asarray(a, dtype=np.float64).ravel() for a in (expected_error_mm, error_mm))
    if not (np.isfinite(observed).all() and np.isfinite(expected).all() and (expected > 0).all()):
        raise ShapeError("expected_error_mm: expected finite errors, and more than 0 mm to be expected", "see `lift`")
    ratio_90 = np.quantile(np.asarray(error_mm) / np.asarray(expected_error_mm), 0.9, axis=0)
    order = np.argsort(expected, kind="stable")
    edges = np.linspace(0, len(order), min(bins, len(order)) + 1).round().astype(np.intp)[:-1]
    counts = np.diff([*edges, len(order)])
    of_expected, of_observed = (np.add.reduceat(a[order], edges) / counts for a in (expected, observed))
    factor = float(observed.mean() / expected.mean())
    sharpness = _rank_correlation(expected, observed)
    return Reliability(len(order), of_expected, of_observed, factor, sharpness, ratio_90)


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's, with mean ranks for what is equal; 0 where one of them never changes."""
    ranks = [_ranks(values) for values in (a, b)]
    centred = [values - values.mean() for values in ranks]
    spread = float(np.sqrt(np.prod([(values**2).mean() for values in centred])))
    return float((centred[0] * centred[1]).mean()) / spread if spread > 0 else 0.0


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts).astype(np.float64)
    mean: np.ndarray = (last - (counts - 1) / 2)[place]
    return mean
