"""Toes and heels of a body whose files know the ankle and the ball of the foot.

Both are fixed in the foot. Lengths are parts of the way along the sole from the ankle to the ball, about 125 mm of an
adult: the tip of the big toe is half of it ahead of the ball, and a sixth of it to the inner side of the middle of
the foot; the heel is 0.45 of it behind the ankle, at the height of the ball when the foot stands, where detectors see
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

_TIP_AHEAD = 0.5
_TIP_INWARDS = 0.16
# A foot stands in the frames in which the ankle is lowest: in so many of them.
_STANDING_PERCENT = 15


@dataclass(frozen=True)
class Foot:
    """The joints of a foot in a file, with `*` for the side, and how they lie in it.

    Attributes:
        ankle, ball: where the foot and where the toes begin.
        tip: the end of the toes; without it, they are as long as toes are.
        up: out of the sole when the foot stands, in the ankle's axes; None where it must be found from the motion.
        ball_up, ball_ahead: up and towards the toes in the ball's axes. Default: as in the ankle's.
        heel_behind: how far behind the ankle the heel is.
        inwards: -1 for a left foot, whose inner side is to its right; 1 for a right one.
    """

    ankle: str
    ball: str
    tip: str = ""
    up: tuple[float, float, float] | None = (0, 1, 0)
    ball_up: tuple[float, float, float] | None = None
    ball_ahead: tuple[float, float, float] | None = None
    heel_behind: float = 0.45
    inwards: int = 0

    @property
    def joints(self) -> set[str]:
        """What a file must have."""
        return {self.ankle, self.ball} | ({self.tip} if self.tip else set())

    def of_side(self, ours: str, theirs: str) -> Foot:
        """The left or right one; `up` is given for the left one, whose mirror image the right one is."""
        names = {name: getattr(self, name).replace("*", theirs) for name in ("ankle", "ball", "tip")}
        if ours == "left":
            return replace(self, **names, inwards=-1)
        mirrored = None if self.up is None else (-self.up[0], *self.up[1:])
        return replace(self, **names, up=mirrored, inwards=1)


def toe_and_heel_mm(
    foot: Foot,
    positions: Mapping[str, np.ndarray],
    rotations: Mapping[str, np.ndarray],
    scale: float,
    up_axis: Float[np.ndarray, "3"],
) -> tuple[Float[np.ndarray, "frames 3"], Float[np.ndarray, "frames 3"]]:
    """Toe and heel in millimetres, in a file's axes.

    Args:
        positions: where joints are (F, 3), in units of `scale` millimetres.
        rotations: the axes of joints (F, 3, 3) as columns.
        up_axis: up in the file.
    """
    ankle, ball = positions[foot.ankle] * scale, positions[foot.ball] * scale
    axes, ball_axes = rotations[foot.ankle], rotations[foot.ball]
    height = ankle @ up_axis
    up = _given(foot.up) if foot.up else _up_when_low(axes, height, up_axis)
    to_ball = np.median(_in_axes(axes, ball - ankle), axis=0)
    along = to_ball - (to_ball @ up) * up
    length = float(np.linalg.norm(along))
    heel = ankle + axes @ (to_ball - (1 + foot.heel_behind) * along)
    ball_up, ahead = _ball_axes(foot, up, along, ball_axes, height, up_axis)
    inwards = foot.inwards * np.cross(ball_up, ahead)
    tip = positions[foot.tip] * scale if foot.tip else ball + ball_axes @ (_TIP_AHEAD * length * ahead)
    return tip + ball_axes @ (_TIP_INWARDS * length * inwards), heel


def _ball_axes(
    foot: Foot, up: np.ndarray, along: np.ndarray, axes: np.ndarray, height: np.ndarray, up_axis: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Up and towards the toes in the ball's axes."""
    ball_up = up if foot.up else _up_when_low(axes, height, up_axis)
    if foot.ball_up:
        ball_up = _given(foot.ball_up)
    ahead = _given(foot.ball_ahead) if foot.ball_ahead else along
    ahead = ahead - (ahead @ ball_up) * ball_up
    return ball_up, ahead / np.linalg.norm(ahead)


def _given(direction: tuple[float, float, float]) -> np.ndarray:
    vector = np.array(direction, dtype=np.float64)
    unit: np.ndarray = vector / np.linalg.norm(vector)
    return unit


def _in_axes(axes: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Vectors (F, 3) in axes (F, 3, 3) that are columns."""
    turned: np.ndarray = (axes * vectors[:, :, None]).sum(axis=1)
    return turned


def _up_when_low(axes: np.ndarray, height: np.ndarray, up_axis: np.ndarray) -> np.ndarray:
    """Where up is in a joint's axes while the foot stands."""
    low = height <= np.percentile(height, _STANDING_PERCENT)
    up = np.median(_in_axes(axes[low], np.broadcast_to(up_axis, (int(low.sum()), 3))), axis=0)
    unit: np.ndarray = up / np.linalg.norm(up)
    return unit
