"""How fast a person moves as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from poselift.tracking.bodies import Bodies

# How fast somebody may be who was seen only once, in sizes per second, as a standard deviation: a sprinter does five.
_FASTEST = 3.5
# How far off the place of a whole person is from frame to frame, in sizes.
_OFF = 0.03
# After so many seconds unseen, a person is expected to have stopped.
STOPS_S = 1.0


class Motion(NamedTuple):
    """Constant velocity, as far as it is known.

    Attributes:
        px_per_s: (2,) velocity of the person as a whole.
        unsure: how much faster or slower they may be, in sizes per second.
    """

    px_per_s: Float[np.ndarray, "2"]
    unsure: float

    def shift_px(self, after_s: float) -> Float[np.ndarray, "2"]:
        """Where to the person will have moved after being unseen so long; before that, if it is negative."""
        return self.px_per_s * _coasted_s(after_s)

    def astray(self, after_s: float) -> float:
        """How far from there they may be because their velocity is not known better, in sizes."""
        return self.unsure * abs(_coasted_s(after_s))


def motion(seen: Sequence[tuple[float, Bodies]], mirror: np.ndarray) -> Motion:
    """The motion of one person, from when and how they were seen.

    A line through their places over time. While these span little time, places that are a little off say nothing of
    the velocity: it is drawn towards 0, and unsure.

    Args:
        seen: times in seconds, and bodies of one person each, one at least.
        mirror: the skeleton's `flip_permutation`.
    """
    time_s = np.array([at for at, _ in seen])
    place_px, sure = places(seen, mirror)
    share = sure / max(float(sure.sum()), 1e-9)
    since_s = time_s - (share * time_s).sum()
    spread_s2 = (share * since_s**2).sum()
    px_per_s = (share * since_s) @ place_px / (spread_s2 + (_OFF / _FASTEST) ** 2)
    unsure = min(_FASTEST, _OFF / max(float(np.sqrt(spread_s2)), 1e-9))
    return Motion(px_per_s, unsure)


def places(seen: Sequence[tuple[float, Bodies]], mirror: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where somebody was each time (T, 2), from their last place, by joints seen both times; and how sure (T,)."""
    joints_px = np.concatenate([body.joints_px for _, body in seen])
    middle_px, sure = _middles(joints_px, np.concatenate([body.weight for _, body in seen]), mirror)
    weight = np.minimum(sure, sure[-1])
    total = weight.sum(axis=1)
    place_px = ((middle_px - middle_px[-1]) * weight[..., None]).sum(axis=1) / np.maximum(total, 1e-9)[:, None]
    return place_px, total


def _middles(joints_px: np.ndarray, weight: np.ndarray, mirror: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle of each joint and its partner, which is the same when left and right are exchanged."""
    both = np.stack([weight, weight[:, mirror]])[..., None]
    both_px = np.stack([joints_px, joints_px[:, mirror]])
    middle_px = (both * both_px).sum(axis=0) / np.maximum(both.sum(axis=0), 1e-9)
    return middle_px, both[..., 0].max(axis=0)


def _coasted_s(after_s: float) -> float:
    """Seconds at full speed that take somebody as far as `after_s` seconds of slowing down do."""
    coasted: float = np.sign(after_s) * STOPS_S * -np.expm1(-abs(after_s) / STOPS_S)
    return coasted
