"""Left and right kept apart over time.

A detector that sees a person from behind, or without a face, sometimes calls the left side right for a few frames.
The limbs then jump across the body, all at once. Whether a frame's labels are exchanged is decided for the whole
clip together: the sequence of labels with the least movement of the paired joints, found by dynamic programming
(Viterbi 1967), where labels as reported are a little cheaper than exchanged ones.

Detectors exchange one pair of limbs alone too, the legs or the arms, or the lower parts of them. So the same is asked
of each limb afterwards, and then of each pair of joints of the legs.

Between the two a detector may say something halfway: joints that fit neither the frame before nor the one after,
however they are called. By way of such a frame two ways of calling sides would seem near to each other, so it is left
out where the others are decided, and goes by them; `lifting.astray` then fills it.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from jaxtyping import Bool

from poselift.data.clip import Clip
from poselift.lifting.movement import PairedJoints, frames_seen
from poselift.skeleton import Skeleton

Pairs: TypeAlias = tuple[tuple[str, str], ...]

# In sizes of the person, see `lifting.movement`.
_EXCHANGE_COST = 0.1  # to begin or end a run of exchanged labels
_FRAME_COST = 0.003  # for each frame with exchanged labels: the side that is reported more often is right
_LONGEST_STEP_S = 0.25  # frames further apart do not tell about each other
_DETOUR = 0.25  # a frame is halfway if the joints would move so much less without it


def exchanged_sides(clip: Clip, pairs: Pairs | None = None) -> Bool[np.ndarray, " frames"]:
    """Which frames of a 2D clip have left and right exchanged.

    Args:
        pairs: the joints, left and right, of which it is asked. Default: all that are on both sides.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    exchanged = np.zeros(len(clip), dtype=bool)
    seen = frames_seen(clip)
    if len(seen) < 2:
        return exchanged
    clear = ~_halfway(clip, seen, pairs)
    costs = np.tile([0.0, _FRAME_COST], (len(seen), 1))
    decided = _cheapest_states(*_steps(clip, seen[clear], pairs), costs[clear])
    costs[np.flatnonzero(clear), 1 - decided.astype(int)] = np.inf
    exchanged[seen] = _cheapest_states(*_steps(clip, seen, pairs), costs)
    return exchanged


def sides_kept(clip: Clip) -> Clip:
    """The clip with left and right exchanged back: of the body, of legs and of arms, of single joints of the legs.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    skeleton = clip.skeleton
    every = tuple(zip(skeleton.left, skeleton.right, strict=True))
    limbs = limb_pairs(skeleton)
    # Of single joints those of the legs: hands cross too fast to tell.
    for pairs in (every, *limbs, *((pair,) for legs in limbs[:1] for pair in legs)):
        if pairs and (exchanged := exchanged_sides(clip, pairs)).any():
            left, right = (skeleton.indices(side) for side in zip(*pairs, strict=True))
            order = np.arange(len(skeleton))
            order[left + right] = right + left
            joints_px, confidence = (array.copy() for array in clip.keypoints)
            joints_px[exchanged] = joints_px[exchanged][:, order]
            confidence[exchanged] = confidence[exchanged][:, order]
            clip = clip.replaced(joints_px=joints_px, confidence=confidence)
    return clip


def limb_pairs(skeleton: Skeleton) -> tuple[Pairs, ...]:
    """The joints, left and right, of the legs from the hips on, and of the arms from the shoulders on.

    None of those that the skeleton lacks, or that are all the joints that it has on both sides.
    """
    if not skeleton.has(("left_hip", "left_shoulder")):
        return ()
    arms = _hanging_on(skeleton, "left_shoulder")
    legs = _hanging_on(skeleton, "left_hip") - arms
    pairs = tuple(zip(skeleton.left, skeleton.right, strict=True))
    return tuple(tuple(pair for pair in pairs if pair[0] in limb) for limb in (legs, arms))


def _hanging_on(skeleton: Skeleton, joint: str) -> set[str]:
    """A joint and those beyond it, away from the root."""
    found = {skeleton.index(joint)}
    for other in skeleton.outwards:
        if skeleton.parents[other] in found:
            found.add(other)
    return {skeleton.joints[n] for n in found}


def _halfway(clip: Clip, seen: np.ndarray, pairs: Pairs | None) -> Bool[np.ndarray, " seen"]:
    """Which seen frames are a detour between their neighbours, whatever is called left."""
    halfway = np.zeros(len(seen), dtype=bool)
    if len(seen) > 2:
        joints = PairedJoints.of(clip, seen, pairs)
        step, past = (np.minimum(joints.movement(n), joints.movement(n, exchanged=True)) for n in (1, 2))
        near = _near(clip, seen)
        halfway[1:-1] = near[:-1] & near[1:] & (step[:-1] + step[1:] - past > _DETOUR)
    return halfway


def _steps(clip: Clip, seen: np.ndarray, pairs: Pairs | None) -> tuple[np.ndarray, np.ndarray]:
    """What each step from one seen frame to the next costs if labels stay, and if they are exchanged."""
    joints, near = PairedJoints.of(clip, seen, pairs), _near(clip, seen)
    stay, cross = joints.movement(), joints.movement(exchanged=True) + _EXCHANGE_COST
    return np.where(near, stay, 0), np.where(near, cross, 0)


def _near(clip: Clip, seen: np.ndarray) -> Bool[np.ndarray, " steps"]:
    """Which steps are so short that one frame tells about the next."""
    # Half a frame more, so that the next frame is near however slow the clip and however uneven its times.
    most = max(1, round(_LONGEST_STEP_S * clip.fps)) + 0.5
    return np.asarray(np.diff(clip.nominal_frames[seen]) < most)


def _cheapest_states(stay: np.ndarray, cross: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """The path through the two states, 0 as reported and 1 exchanged, with the least total cost; `costs` (N, 2) are
    those of being in each."""
    cost = costs[0]
    came_from = np.empty((len(stay), 2), dtype=int)
    for step in range(len(stay)):
        options = cost[:, None] + np.array([[stay[step], cross[step]], [cross[step], stay[step]]])
        came_from[step] = options.argmin(axis=0)
        cost = options.min(axis=0) + costs[step + 1]
    states = np.empty(len(stay) + 1, dtype=int)
    states[-1] = cost.argmin()
    for step in range(len(stay) - 1, -1, -1):
        states[step] = came_from[step, states[step + 1]]
    return states.astype(bool)
