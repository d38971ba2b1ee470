"""Frames in which the detector missed the person."""

from __future__ import annotations

import itertools

import numpy as np

from poselift.data.clip import Clip
from poselift.lifting.seconds import checked_seconds

# 0.29 s at 100 frames/s are 29 frames, whatever floating point makes of the product.
_ROUNDING = 1e-6


def gaps_filled(clip: Clip, longest_s: float) -> Clip:
    """Fill gaps of at most `longest_s` seconds by straight lines between the frames around them.

    A gap lasts from its first frame until the person is seen again. Filled frames become valid and are flagged
    `filled`; their confidence is the lower one of the two ends. Longer gaps, and those at the ends of the clip, stay
    invalid.

    Raises:
        ShapeError: `longest_s` is negative or not finite, or the clip has no 2D joints.
    """
    checked_seconds(longest_s, "max_gap_s")
    joints, confidence = (array.copy() for array in clip.keypoints)
    valid, filled = clip.valid.copy(), clip.filled.copy()
    at = clip.nominal_frames
    seen = np.flatnonzero(valid)
    for before, after in itertools.pairwise(seen):
        missing = slice(int(before) + 1, int(after))
        if after == before + 1 or at[after] - at[before + 1] > longest_s * clip.fps + _ROUNDING:
            continue
        share = (at[missing] - at[before]) / (at[after] - at[before])
        joints[missing] = joints[before] + share[:, None, None] * (joints[after] - joints[before])
        confidence[missing] = np.minimum(confidence[before], confidence[after])
        valid[missing] = filled[missing] = True
    return clip.replaced(joints_px=joints, confidence=confidence, valid=valid, filled=filled)
