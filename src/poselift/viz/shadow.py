"""The soft shadow of a figure on the floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from poselift.viz.canvas import Canvas
from poselift.viz.raster import Raster

# How dark it is, and the scale at which it is drawn: it has no sharp edge.
_DARKNESS, _SCALE = 0.59, 0.5


def cast_shadow(
    raster: Raster,
    points_px: Float[np.ndarray, "joints 2"],
    edges: Sequence[tuple[int, int]],
    width_px: float,
) -> None:
    """Darken the picture along the bones of a figure with joints at `points_px` on the floor. NaN is left out."""
    known = np.isfinite(points_px).all(axis=-1)
    if not known.any():
        return
    blur = max(1, round(_SCALE * width_px / 3))
    room = width_px + 4 * blur / _SCALE
    # Whole pixels of colour, which are twice as large.
    low = np.maximum((points_px[known].min(axis=0) - room) // 2, 0).astype(int) * 2
    high = np.minimum((points_px[known].max(axis=0) + room) // 2, np.array(raster.size_px) // 2).astype(int) * 2
    if (high <= low).any():
        return
    (x0, y0), (width, height) = low.tolist(), (high - low).tolist()
    canvas = Canvas(Raster.of_rgb(np.zeros((height // 2, width // 2, 3), np.uint8)))
    for a, b in edges:
        if known[a] and known[b]:
            start, end = ((points_px[[a, b]] - low) * _SCALE).tolist()
            canvas.line(start, end, (255, 255, 255), _SCALE * width_px)
    mask = canvas.drawn().rgb()[..., 0].astype(np.float32) * (_DARKNESS / 255)
    light = 1 - _blurred(_blurred(mask, blur), blur)
    for plane in raster.planes:
        s = plane.scale
        box = plane.pixels[int(y0 * s) : int((y0 + height) * s), int(x0 * s) : int((x0 + width) * s)]
        factor = light if s == _SCALE else np.repeat(np.repeat(light, 2, axis=0), 2, axis=1)
        factor = factor[..., None] if box.ndim == 3 else factor
        box[:] = np.rint(plane.black + (box - np.float32(plane.black)) * factor)


def _blurred(mask: np.ndarray, radius: int) -> np.ndarray:
    """Means of 2 `radius` + 1 neighbours along both axes, zeros outside."""
    for axis in (0, 1):
        room = [(0, 0), (0, 0)]
        room[axis] = (radius + 1, radius)
        total = np.cumsum(np.pad(mask, room), axis=axis, dtype=np.float32)
        ahead, behind = np.moveaxis(total, axis, 0)[2 * radius + 1 :], np.moveaxis(total, axis, 0)[: -2 * radius - 1]
        mask = np.moveaxis(ahead - behind, 0, axis) / (2 * radius + 1)
    return mask
