"""Frames in which a detector goes astray: for a moment the joints are where nobody can have moved them.

Between two ways of calling left and right a detector may say something halfway, all limbs drawn to the middle, or
take part of somebody else for a limb, and be right again in the next frame. It is as sure of such joints as of any;
they would be lifted to a pose, and smoothing would spread it over the frames around. So frames are left out without
which the joints move so much less that no person can have moved so, and are filled. Which ones is decided for the
whole clip together: they are those beside the shortest way from its first frame to its last, where leaving frames out
has its price.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool

from poselift.data.clip import Clip
from poselift.lifting.gaps import left_out_filled
from poselift.lifting.movement import PairedJoints, frames_seen

_MOST_IN_A_ROW = 3
# Leaving out a frame must save so much, in sizes of the person (see `lifting.movement`); less may be noise.
_LEAST_DETOUR = 0.25
# And more than a person can do, in sizes/s^2: ten times gravity, on all joints together. Between frames that are far
# apart in time, joints can go anywhere and come back.
_MOST_ACCELERATION = 250.0


def astray(clip: Clip) -> Bool[np.ndarray, " frames"]:
    """In which frames of a 2D clip, whose sides are right, the joints are astray. The first and last are never.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    left_out = np.zeros(len(clip), dtype=bool)
    seen = frames_seen(clip)
    if len(seen) > 2:
        left_out[seen] = True
        left_out[seen[_shortest(_ways(clip, seen))]] = False
    return left_out


def astray_filled(clip: Clip) -> Clip:
    """The clip with the frames of `astray` filled as gaps are, whatever the longest gap is."""
    left_out = astray(clip)
    return left_out_filled(clip, left_out) if left_out.any() else clip


def _ways(clip: Clip, seen: np.ndarray) -> list[np.ndarray]:
    """What it costs to go from each seen frame to the next one, to the one after that, and so on."""
    joints, time_s = PairedJoints.of(clip, seen), clip.time_s[seen]
    ways = [joints.movement()]
    for apart in range(2, min(_MOST_IN_A_ROW + 1, len(seen) - 1) + 1):
        takes_s = time_s[apart:] - time_s[:-apart]
        # Away and back in that time, at a constant acceleration.
        farthest = _MOST_ACCELERATION * takes_s**2 / 4
        ways.append(joints.movement(apart) + np.maximum(_LEAST_DETOUR * (apart - 1), farthest))
    return ways


def _shortest(ways: list[np.ndarray]) -> list[int]:
    """The frames on the shortest way from the first to the last."""
    costs = [way.tolist() for way in ways]
    total, came_from = [0.0], [0]
    for frame in range(1, len(costs[0]) + 1):
        starts = range(frame - 1, max(frame - 1 - len(costs), -1), -1)
        best, start = min((total[start] + costs[frame - start - 1][start], start) for start in starts)
        total.append(best)
        came_from.append(start)
    passed = [len(costs[0])]
    while passed[-1]:
        passed.append(came_from[passed[-1]])
    return passed
