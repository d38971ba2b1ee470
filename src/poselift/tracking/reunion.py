"""Whether somebody who was lost is somebody who is seen later."""

from __future__ import annotations

import numpy as np

from poselift.skeleton import Skeleton
from poselift.tracking.bodies import Bodies, Likeness
from poselift.tracking.tracklets import PAUSE_S, Tracklet

# However long somebody was lost, they are looked for no further than this from where they should be, in sizes.
_FARTHEST = 0.6
# By how much sizes differ by which people are told apart, as a logarithm.
_SIZE_VARIES = 0.35
# How much faster or slower somebody becomes unseen, in sizes per second: at once, and for each second.
_SPEED_VARIES, _SPEED_VARIES_BY = 0.5, 2.0
# Whoever is where they should be, but moves otherwise, fits this much at least: people do turn around.
_TURNS = 0.4
# A detector may find the limbs of somebody elsewhere from one frame to the next. Whoever is there at once, so near in
# sizes, fits this much however they stand.
_ANOTHER_POSE, _POSE_VARIES = 0.5, 0.25
# What was cut in two is one person still, unless somebody else fits better than this.
_CUT = 0.5
# Whoever fits less is somebody else.
LEAST_FIT = 0.2
# Times are compared with this tolerance.
_SAME_S = 1e-6


class Reunion:
    """How well one tracklet continues another, which ended before it begins; from 0 to 1.

    The first one, moving on as it did, should be where the second one begins; and the second one, had it moved
    before as it does, where the first one ends. Two people who cross are told from two who turn around by that.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self._likeness = Likeness(skeleton)

    def fit(self, before: Tracklet, after: Tracklet) -> float:
        gap_s = after.first_s - before.last_s
        forward = self._alike(before.expected(after.first_s), after.first, gap_s, before.motion.astray(gap_s))
        motion = after.first_motion
        earlier = after.first._replace(
            joints_px=after.first.joints_px + motion.shift_px(-gap_s), size_px=np.array([before.size_px])
        )
        backward = self._alike(earlier, before.last, gap_s, motion.astray(gap_s))
        place = min(forward, backward) * _of_one_size(before.last, after.first)
        change = np.linalg.norm(motion.px_per_s - before.motion.px_per_s) / max(before.size_px, 1e-9)
        varies = np.hypot(_SPEED_VARIES + _SPEED_VARIES_BY * gap_s, np.hypot(motion.unsure, before.motion.unsure))
        fit = place * (_TURNS + (1 - _TURNS) * float(np.exp(-((change / varies) ** 2) / 2)))
        if gap_s <= PAUSE_S + _SAME_S:
            apart = _apart_px(before.expected(after.first_s), after.first) / max(before.size_px, 1e-9)
            fit = max(fit, _ANOTHER_POSE * float(np.exp(-((apart / _POSE_VARIES) ** 2) / 2)))
        return max(fit, _CUT) if after.cut_from is before else fit

    def _alike(self, here: Bodies, there: Bodies, after_s: float, astray: float) -> float:
        return float(self._likeness(here, there, after_s, astray, _FARTHEST)[0, 0])


def _apart_px(one: Bodies, other: Bodies) -> float:
    """How far the joints that both have are from each other, as a whole."""
    both = np.minimum(one.weight[0], other.weight[0])
    if not both.any():
        return np.inf
    return float(np.linalg.norm(both @ (other.joints_px[0] - one.joints_px[0])) / both.sum())


def _of_one_size(one: Bodies, other: Bodies) -> float:
    """1 for people of one size, by the joints that both have."""
    both = (one.weight[0] > 0) & (other.weight[0] > 0)
    if both.sum() < 2:
        return 1.0
    sizes = [max(float(np.linalg.norm(np.ptp(body.joints_px[0, both], axis=0))), 1e-9) for body in (one, other)]
    return float(np.exp(-((np.log(sizes[0] / sizes[1]) / _SIZE_VARIES) ** 2) / 2))
