"""Frames in which the detector missed the person, went astray, or did not look."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from jaxtyping import Bool

from poselift.data.clip import Clip
from poselift.data.joint_status import FILLED
from poselift.data.scene import Scene, Track
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
    at = clip.nominal_frames
    return _filled(clip, lambda before, after: at[after] - at[before + 1] <= longest_s * clip.fps + _ROUNDING)


def joints_filled(clip: Clip, longest_s: float) -> Clip:
    """Fill gaps of single joints of at most `longest_s` seconds as `gaps_filled` fills those of whole frames.

    A filled joint has the lower confidence of the two ends, and the status `FILLED`. Frames in which nobody is stay
    so, and no joint is filled over them.

    Raises:
        ShapeError: `longest_s` is negative or not finite, or the clip has no 2D joints.
    """
    checked_seconds(longest_s, "max_gap_s")
    joints, confidence = (array.copy() for array in clip.keypoints)
    status, at = clip.joint_status.copy(), clip.nominal_frames
    absent = np.cumsum(~clip.valid)
    for joint in np.flatnonzero(((confidence == 0) & clip.valid[:, None]).any(axis=0)):
        seen = np.flatnonzero((confidence[:, joint] > 0) & clip.valid)
        for before, after in itertools.pairwise(seen.tolist()):
            takes = at[after] - at[min(before + 1, after)]
            if after == before + 1 or absent[after] > absent[before] or takes > longest_s * clip.fps + _ROUNDING:
                continue
            missing = slice(before + 1, after)
            share = ((at[missing] - at[before]) / (at[after] - at[before]))[:, None]
            joints[missing, joint] = joints[before, joint] + share * (joints[after, joint] - joints[before, joint])
            confidence[missing, joint] = min(confidence[before, joint], confidence[after, joint])
            status[missing, joint] = FILLED
    return clip.replaced(joints_px=joints, confidence=confidence, joint_status=status)


def skipped_filled(scene: Scene, looked_at: Bool[np.ndarray, " frames"]) -> Scene:
    """Fill the frames of a scene that nobody looked at, as `gaps_filled` does but however long they last, for those
    people who are seen in the frames around them that were looked at.

    Raises:
        ShapeError: somebody has no 2D joints.
    """
    if looked_at.all():
        return scene

    def mended(track: Track) -> Track:
        looks = looked_at[track.first_frame : track.first_frame + len(track.clip)]
        clip = _filled(track.clip, lambda before, after: not looks[before + 1 : after].any())
        return Track(track.id, track.first_frame, clip)

    return scene.replaced(tracks=tuple(mended(track) for track in scene.tracks))


def left_out_filled(clip: Clip, left_out: Bool[np.ndarray, " frames"]) -> Clip:
    """Fill frames that were seen but say nothing, as `gaps_filled` does but however long the gaps are then.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    joints, confidence = (array.copy() for array in clip.keypoints)
    joints[left_out], confidence[left_out] = np.nan, 0
    without = clip.replaced(joints_px=joints, confidence=confidence, valid=clip.valid & ~left_out)
    return _filled(without, lambda before, after: bool(left_out[before + 1 : after].any()))


def _filled(clip: Clip, is_filled: Callable[[int, int], bool]) -> Clip:
    """The clip with gaps filled, if that is to be between the frame before and the one after."""
    joints, confidence = (array.copy() for array in clip.keypoints)
    valid, filled = clip.valid.copy(), clip.filled.copy()
    at = clip.nominal_frames
    seen = np.flatnonzero(valid)
    for before, after in itertools.pairwise(seen.tolist()):
        if after == before + 1 or not is_filled(before, after):
            continue
        missing = slice(before + 1, after)
        share = (at[missing] - at[before]) / (at[after] - at[before])
        joints[missing] = joints[before] + share[:, None, None] * (joints[after] - joints[before])
        confidence[missing] = np.minimum(confidence[before], confidence[after])
        valid[missing] = filled[missing] = True
    return clip.replaced(joints_px=joints, confidence=confidence, valid=valid, filled=filled)
