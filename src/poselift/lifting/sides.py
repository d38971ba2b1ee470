"""Left and right kept apart over time.

A detector that sees a person from behind, or without a face, sometimes calls the left side right for a few frames.
The limbs then jump across the body, all at once. Whether a frame's labels are exchanged is decided for the whole
clip together: the sequence of labels with the least movement of the paired joints, found by dynamic programming
(Viterbi 1967), where labels as reported are a little cheaper than exchanged ones.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool

from poselift.data.clip import Clip

# In units of the person's size (root mean square radius of the joints).
_EXCHANGE_COST = 0.1  # to begin or end a run of exchanged labels
_FRAME_COST = 0.003  # for each frame with exchanged labels: the side that is reported more often is right
_LONGEST_STEP_S = 0.25  # frames further apart do not tell about each other


def exchanged_sides(clip: Clip) -> Bool[np.ndarray, " frames"]:
    """Which frames of a 2D clip have left and right exchanged.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    exchanged = np.zeros(len(clip), dtype=bool)
    seen = np.flatnonzero(clip.valid & (clip.keypoints.confidence > 0).any(axis=-1))
    if len(seen) < 2:
        return exchanged
    stay, cross = _movements(clip, seen)
    # Half a frame more, so that the next frame is near however slow the clip and however uneven its times.
    near = np.diff(clip.nominal_frames[seen]) < max(1, round(_LONGEST_STEP_S * clip.fps)) + 0.5
    stay, cross = np.where(near, stay, 0), np.where(near, cross + _EXCHANGE_COST, 0)
    exchanged[seen] = _cheapest_states(stay, cross)
    return exchanged


def sides_kept(clip: Clip) -> Clip:
    """The clip with left and right exchanged back in the frames of `exchanged_sides`."""
    exchanged = exchanged_sides(clip)
    if not exchanged.any():
        return clip
    mirror = clip.skeleton.flip_permutation
    joints_px, confidence = (array.copy() for array in clip.keypoints)
    joints_px[exchanged] = joints_px[exchanged][:, mirror]
    confidence[exchanged] = confidence[exchanged][:, mirror]
    return clip.replaced(joints_px=joints_px, confidence=confidence)


def _movements(clip: Clip, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far paired joints move from one seen frame to the next if labels stay, and if they are exchanged."""
    skeleton = clip.skeleton
    paired = skeleton.indices((*skeleton.left, *skeleton.right))
    joints, confidence = (array[seen] for array in clip.keypoints)
    weight = (confidence > 0).astype(float)[..., None]
    centre = (np.nan_to_num(joints) * weight).sum(1, keepdims=True) / weight.sum(1, keepdims=True)
    size = np.sqrt(((np.nan_to_num(joints - centre) ** 2) * weight).sum((1, 2)) / weight.sum((1, 2)))
    size = np.maximum(np.median(size), 1e-9)

    def movement(permutation: np.ndarray) -> np.ndarray:
        now, now_sure = joints[1:, permutation][:, paired], confidence[1:, permutation][:, paired]
        step = np.linalg.norm(np.nan_to_num(now - joints[:-1, paired]), axis=-1) / size
        sure = np.minimum(now_sure, confidence[:-1, paired])
        total: np.ndarray = (step * sure).sum(-1) / np.maximum(sure.sum(-1), 1e-9)
        return total

    return movement(np.arange(len(skeleton))), movement(skeleton.flip_permutation)


def _cheapest_states(stay: np.ndarray, cross: np.ndarray) -> np.ndarray:
    """The path through the two states, 0 as reported and 1 exchanged, with the least total cost."""
    cost = np.array([0.0, _FRAME_COST])
    came_from = np.empty((len(stay), 2), dtype=int)
    for step in range(len(stay)):
        options = cost[:, None] + np.array([[stay[step], cross[step]], [cross[step], stay[step]]])
        came_from[step] = options.argmin(axis=0)
        cost = options.min(axis=0) + np.array([0.0, _FRAME_COST])
    states = np.empty(len(stay) + 1, dtype=int)
    states[-1] = cost.argmin()
    for step in range(len(stay) - 1, -1, -1):
        states[step] = came_from[step, states[step + 1]]
    return states.astype(bool)
