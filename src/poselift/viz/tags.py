"""Where the id of a person is written: above the head."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.skeleton.skeleton import Skeleton
from poselift.viz.canvas import Canvas
from poselift.viz.colours import Palette
from poselift.viz.draw import draw_tag

# Room above the joint of the head, by the height of the figure.
_ROOM = 0.07


def head_joint(skeleton: Skeleton) -> int | None:
    """The joint that stands for the head: the first that is named so, or the nose; None where there is neither."""
    for part in ("head", "nose"):
        for joint, name in enumerate(skeleton.joints):
            if part in name.lower():
                return joint
    return None


def draw_id(
    canvas: Canvas,
    number: int,
    points_px: Float[np.ndarray, "joints 2"],
    skeleton: Skeleton,
    palette: Palette,
) -> None:
    """Write who a figure is above its head, or above its topmost joint where the head is at NaN.

    Who is not in the picture at all has no tag.
    """
    seen = np.flatnonzero(np.isfinite(points_px).all(axis=-1))
    inside = (points_px[seen] >= 0) & (points_px[seen] < canvas.size_px)
    if not inside.all(axis=-1).any():
        return
    head = head_joint(skeleton)
    top = head if head in seen else seen[points_px[seen, 1].argmin()]
    room_px = _ROOM * np.ptp(points_px[seen, 1])
    draw_tag(canvas, str(number), points_px[top] - [0.0, room_px], fill=palette.seen["middle"])
