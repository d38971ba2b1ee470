"""Coordinates from 0 to 1, which some tools write where others write pixels."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

# Coordinates that all lie within this are no pixels of a picture that is larger than that.
_SHARES, _LEAST_PICTURE_PX = 2.0, 32

HINT = "multiply x by the width and y by the height"


def are_shares(seen_px: Float[np.ndarray, "points 2"], size_px: tuple[int, int]) -> bool:
    """Whether these coordinates of joints that are seen are shares of a picture of this size, and no pixels of it."""
    return min(size_px) > _LEAST_PICTURE_PX and len(seen_px) > 0 and bool((np.abs(seen_px) <= _SHARES).all())
