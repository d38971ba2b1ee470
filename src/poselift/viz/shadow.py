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
    canvas = Canvas(Raster.of_rgb(np.zeros((height // 2, width // 2, 3), np.uint8)))
    for a, b in edges:
        if known[a] and known[b]:
            start, end = ((points_px[[a, b]] - low) * _SCALE).tolist()
            canvas.line(start, end, (255, 255, 255), _SCALE * width_px)
    mask = canvas.drawn().rgb()[..., 0].astype(np.float32)
    # Shares of 128, so that products are small integers: they cost least.
    light = 128 - np.rint(_blurred(_blurred(mask, blur), blur) * (_DARKNESS * 128 / 255)).astype(np.int16)
    for plane in raster.planes:
        s = plane.scale
        box = plane.pixels[int(y0 * s) : int((y0 + height) * s), int(x0 * s) : int((x0 + width) * s)]
        here = light if s == _SCALE else _doubled(light)
        here = here[..., None] if box.ndim == 3 else here
        lit = box.astype(np.int16)
        lit -= plane.black
        lit *= here
        lit >>= 7
        lit += plane.black
        box[:] = lit


def _blurred(mask: Float[np.ndarray, "height width"], radius: int) -> Float[np.ndarray, "height width"]:
    """Means of 2 `radius` + 1 neighbours along both axes, zeros outside."""
    for _ in range(2):
        padded = np.zeros((len(mask) + 2 * radius, mask.shape[1]), np.float32)
        padded[radius : radius + len(mask)] = mask
        total = padded[: len(mask)].copy()
        for shift in range(1, 2 * radius + 1):
            total += padded[shift : shift + len(mask)]
        mask = np.ascontiguousarray(total.T) / np.float32(2 * radius + 1)
    return mask


def _doubled(light: np.ndarray) -> np.ndarray:
    """Each number as four, two to the right and two down."""
    height, width = light.shape
    return np.broadcast_to(light[:, None, :, None], (height, 2, width, 2)).reshape(2 * height, 2 * width)
