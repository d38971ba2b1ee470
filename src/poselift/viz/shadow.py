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
    room = width_px / 2 + 2 * blur / _SCALE + 2
    # Whole pixels of colour, which are twice as large.
    low = np.maximum((points_px[known].min(axis=0) - room) // 2, 0).astype(int) * 2
    high = np.minimum((points_px[known].max(axis=0) + room) // 2, np.array(raster.size_px) // 2).astype(int) * 2
    if (high <= low).any():
        return
    (x0, y0), (width, height) = low.tolist(), (high - low).tolist()
    canvas = Canvas(Raster.of_shares(np.zeros((height // 2, width // 2), np.uint8)))
    ends = np.array(edges, dtype=int).reshape(-1, 2)
    for start, end in ((points_px[ends[known[ends].all(axis=1)]] - low) * _SCALE).tolist():
        canvas.line(start, end, (255, 255, 255), _SCALE * width_px)
    mask = canvas.drawn().planes[0].channels[0].astype(np.float32)
    # Shares of 128, so that products are small integers: they cost least.
    light = 128 - (_blurred(_blurred(mask, blur), blur) * np.float32(_DARKNESS * 128 / 255) + 0.5).astype(np.int16)
    for plane in raster.part((x0, y0, x0 + width, y0 + height)).planes:
        here = light if plane.scale == _SCALE else light.repeat(2, axis=1).repeat(2, axis=0)
        here = here[..., None] if plane.channels[0].ndim == 3 else here
        least = plane.black * (128 - here)
        for channel in plane.channels:
            lit = channel * here
            lit += least
            lit >>= 7
            channel[:] = lit


def _blurred(mask: Float[np.ndarray, "height width"], radius: int) -> Float[np.ndarray, "height width"]:
    """Means of 2 `radius` + 1 neighbours along both axes, zeros outside."""
    for _ in range(2):
        padded = np.zeros((len(mask) + 2 * radius, mask.shape[1]), np.float32)
        padded[radius : radius + len(mask)] = mask
        total = padded[: len(mask)].copy()
        for shift in range(1, 2 * radius + 1):
            total += padded[shift : shift + len(mask)]
        total *= np.float32(1 / (2 * radius + 1))
        mask = np.ascontiguousarray(total.T)
    return mask
