"""What it costs not to see some joints: the errors of those and of the others, beside the same with all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from poselift.errors import ShapeError


@dataclass(frozen=True)
class SameJoints:
    """Mean errors of some joints of some poses, lifted twice.

    Attributes:
        n_errors: how many they are.
        masked_mm: with some joints masked, be it these or others.
        unmasked_mm: with none masked.
    """

    n_errors: int
    masked_mm: float
    unmasked_mm: float

    @property
    def ratio(self) -> float | None:
        """How many times as large the error is; None where it was nothing."""
        return self.masked_mm / self.unmasked_mm if self.unmasked_mm > 0 else None

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers."""
        errors = {"masked_mm": self.masked_mm, "unmasked_mm": self.unmasked_mm}
        return {"n_errors": self.n_errors, **errors, "ratio": self.ratio}


@dataclass(frozen=True)
class Masking:
    """What it costs that joints were masked.

    Attributes:
        visible: joints that were seen all the same.
        hidden: those that were masked.
    """

    visible: SameJoints
    hidden: SameJoints

    @property
    def lines(self) -> tuple[str, ...]:
        """For people."""
        return tuple(
            f"{name} joints, mm: {found.masked_mm:.1f}; none masked: {found.unmasked_mm:.1f}"
            + ("" if found.ratio is None else f"; ratio: {found.ratio:.3f}")
            for name, found in (("visible", self.visible), ("masked", self.hidden))
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"visible": self.visible.as_dict(), "masked": self.hidden.as_dict()}


def masking(
    masked_error_mm: Float[np.ndarray, "frames joints"],
    unmasked_error_mm: Float[np.ndarray, "frames joints"],
    seen_masked: Bool[np.ndarray, "frames joints"],
    seen_unmasked: Bool[np.ndarray, "frames joints"],
) -> Masking:
    """Compare the errors of the same joints of the same poses with some of them masked and with none masked.

    Joints that were not seen anyway do not count.

    Args:
        seen_masked, seen_unmasked: which joints were seen.

    Raises:
        ShapeError: the shapes differ, or no joint is left visible or none is masked.
    """
    if len({a.shape for a in (masked_error_mm, unmasked_error_mm, seen_masked, seen_unmasked)}) > 1:
        raise ShapeError(f"unmasked_error_mm: expected the shape {masked_error_mm.shape} of everything else")

    def of(which: np.ndarray, name: str) -> SameJoints:
        if not which.any():
            raise ShapeError(f"seen_masked: expected {name} joints, found none", "have more poses, or mask otherwise")
        return SameJoints(
            int(which.sum()), float(masked_error_mm[which].mean()), float(unmasked_error_mm[which].mean())
        )

    return Masking(of(seen_unmasked & seen_masked, "visible"), of(seen_unmasked & ~seen_masked, "masked"))
