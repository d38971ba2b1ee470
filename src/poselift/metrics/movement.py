"""How true predicted movements are: whether joints tremble, and whether hands and feet keep their speed.

Smoothing takes away what trembles, and what is fast with it, so the one number means little without the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from poselift.arrays import Joints3D
from poselift.errors import ShapeError
from poselift.metrics.distances import distances
from poselift.metrics.joint_errors import checked_pair
from poselift.skeleton import Skeleton

# Peaks are taken in pieces of this length; of those in which the true joint is slower, all speed is noise.
_PIECE_S = 1.0
_MOVING_MM_S = 500.0
_FAST = ("wrist", "ankle")


def movement_figures(
    predicted_mm: Joints3D,
    target_mm: Joints3D,
    skeleton: Skeleton,
    clip_lengths: Sequence[int],
    clip_fps: Sequence[float],
) -> dict[str, float]:
    """Figures by what they say: mean accelerations relative to the root, and the median share of peak speeds kept.

    A peak is the greatest speed in a second of a clip, of the wrists or of the ankles; seconds in which these truly
    reach less than 0.5 m/s do not count. What no clip is long enough for, or nobody moves enough for, is left out.

    Args:
        predicted_mm, target_mm: (F, J, 3) in the same axes; the root may be anywhere.
        clip_lengths, clip_fps: frames of each unbroken clip, in order, and its frames per second.

    Raises:
        ShapeError: shapes or counts that do not fit, or numbers that are not finite.
    """
    checked_pair(predicted_mm, target_mm)
    if sum(clip_lengths) != len(target_mm) or len(clip_lengths) != len(clip_fps):
        raise ShapeError(
            f"clip_lengths: expected lengths of {len(clip_fps)} clips that sum to {len(target_mm)}, "
            f"got {len(clip_lengths)} that sum to {sum(clip_lengths)}"
        )
    predicted, target = (
        np.asarray(a, dtype=np.float64) - skeleton.root_position(np.asarray(a, dtype=np.float64))
        for a in (predicted_mm, target_mm)
    )
    ends = np.cumsum(clip_lengths)
    clips = [
        (predicted[end - length : end], target[end - length : end], fps)
        for end, length, fps in zip(ends, clip_lengths, clip_fps, strict=True)
    ]
    return {**_accelerations(clips), **_peaks_kept(clips, skeleton)}


def _accelerations(clips: Sequence[tuple[np.ndarray, np.ndarray, float]]) -> dict[str, float]:
    found: dict[str, list[np.ndarray]] = {}
    for predicted, target, fps in clips:
        if len(target) < 3:
            continue
        of_predicted, of_target = (np.diff(a, 2, axis=0) * fps**2 for a in (predicted, target))
        nothing = np.zeros_like(of_target)
        pairs: Mapping[str, tuple[np.ndarray, np.ndarray]] = {
            "acceleration error, mm/s²": (of_predicted, of_target),
            "acceleration predicted, mm/s²": (of_predicted, nothing),
            "acceleration in truth, mm/s²": (of_target, nothing),
        }
        for name, pair in pairs.items():
            found.setdefault(name, []).append(distances(*pair).ravel())
    return {name: float(np.concatenate(parts).mean()) for name, parts in found.items()}


def _peaks_kept(clips: Sequence[tuple[np.ndarray, np.ndarray, float]], skeleton: Skeleton) -> dict[str, float]:
    found = {}
    for kind in _FAST:
        joints = [skeleton.index(name) for name in skeleton.joints if name.split("_")[-1] == kind]
        peaks = [_peaks(p[:, joints], t[:, joints], fps) for p, t, fps in clips if joints]
        ratios = np.concatenate([np.zeros(0), *peaks])
        if len(ratios):
            found[f"peak speed of {kind}s, predicted / true"] = float(np.median(ratios))
    return found


def _peaks(predicted: np.ndarray, target: np.ndarray, fps: float) -> np.ndarray:
    """Peak speeds predicted over true ones, of all joints in all whole pieces of a clip in which they move."""
    nothing = np.zeros_like(target[1:])
    speeds = [distances(np.diff(a, axis=0) * fps, nothing) for a in (predicted, target)]
    length = max(round(_PIECE_S * fps), 1)
    pieces = len(nothing) // length
    of_predicted, of_target = (
        speed[: pieces * length].reshape(pieces, length, speed.shape[1]).max(axis=1) for speed in speeds
    )
    moving = of_target >= _MOVING_MM_S
    ratios: np.ndarray = of_predicted[moving] / of_target[moving]
    return ratios
