"""Frames in which the detector missed the person."""

from __future__ import annotations

import itertools

import numpy as np

from poselift.data.clip import Clip
from poselift.errors import ShapeError

# 0.29 s at 100 frames/s are 29 frames, whatever floating point makes of the product.
_ROUNDING = 1e-6


def gaps_filled(clip: Clip, longest_s: float) -> Clip:
    """Fill gaps of at most `longest_s` seconds by straight lines between the frames around them.

    Filled frames become valid and are flagged `filled`; their confidence is the lower one of the two ends. Longer
    gaps, and those at the ends of the clip, stay invalid.

    Raises:
        ShapeError: `longest_s` is negative or not finite, or the clip has no 2D joints.
    """
    if not (np.isfinite(longest_s) and longest_s >= 0):
        raise ShapeError(f"max gap: expected 0 or more seconds, got {longest_s}")
    joints, confidence = (array.copy() for array in clip.keypoints)
    valid, filled = clip.valid.copy(), clip.filled.copy()
    seen = np.flatnonzero(valid)
    for before, after in itertools.pairwise(seen):
        missing = slice(int(before) + 1, int(after))
        if not 0 < after - before - 1 <= longest_s * clip.fps + _ROUNDING:
            continue
        share = (np.arange(before + 1, after) - before) / (after - before)
        joints[missing] = joints[before] + share[:, None, None] * (joints[after] - joints[before])
        confidence[missing] = np.minimum(confidence[before], confidence[after])
        valid[missing] = filled[missing] = True
    return clip.replaced(joints_px=joints, confidence=confidence, valid=valid, filled=filled)
