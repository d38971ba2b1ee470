"""Frames that follow each other."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool


def stretches_of(flags: Bool[np.ndarray, " frames"]) -> list[tuple[int, int]]:
    """First frames of unbroken runs of true, and the frames after their last.

    >>> stretches_of(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]
