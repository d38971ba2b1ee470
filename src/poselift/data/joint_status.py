"""How each joint of each frame came about: seen, filled or guessed."""

from __future__ import annotations

from typing import Final

import numpy as np
from jaxtyping import Bool, Float, UInt8

# Observed in this frame; interpolated between frames in which it was; known from the other joints alone.
SEEN: Final = 0
FILLED: Final = 1
GUESSED: Final = 2
NAMES: Final = ("seen", "filled", "guessed")


def statuses_of(
    confidence: Float[np.ndarray, "frames joints"], filled: Bool[np.ndarray, " frames"]
) -> UInt8[np.ndarray, "frames joints"]:
    """What follows from confidences, and from which whole frames were filled: a missing joint is guessed."""
    known = np.where(filled, FILLED, SEEN)[:, None]
    return np.where(confidence > 0, known, GUESSED).astype(np.uint8)
