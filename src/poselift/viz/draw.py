"""Drawing figures, text and tags."""

from __future__ import annotations

from functools import lru_cache
from math import hypot
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from poselift.arrays import Points2D
from poselift.skeleton.skeleton import Skeleton
from poselift.viz.canvas import XY, Canvas, text_width_px
from poselift.viz.colours import RGB, Palette, bone_sides, joint_sides

_OUTLINE_RGB: RGB = (16, 20, 27)
_WHITE_RGB: RGB = (255, 255, 255)
# How bright red, green and blue look, and from where on dark text reads better than white.
_LUMINANCE, _BRIGHT = (0.299, 0.587, 0.114), 125.0
# Beyond this the numbers of what draws overflow; nothing that far away is seen.
_FAR_PX = 1e5
# Fainter than this is not worth drawing; stronger than that is drawn as if nothing were seen through it.
_FAINT, _SOLID = 0.05, 0.95
# Strokes wider than this get a highlight, which makes them look round.
_ROUND_PX, _GLOSS, _GLOSS_WIDTH = 8.0, 0.35, 0.28


def draw_figure(
    canvas: Canvas,
    points_px: Float[np.ndarray, "joints 2"],
    skeleton: Skeleton,
    palette: Palette,
    *,
    unseen: Bool[np.ndarray, " joints"] | None = None,
    thickness_px: float,
    weight: Float[np.ndarray, " joints"] | None = None,
    depth: Float[np.ndarray, " joints"] | None = None,
) -> None:
    """Draw bones and joints, far ones first where the `depth` of the joints is known.

    Joints that are `unseen`, and bones that lead to them, have the paler colours.
    `weight` from 0 (left out) to 1 fades a joint, and a bone as its fainter end. Joints at NaN are left out.
    """
    weight = np.ones(len(skeleton)) if weight is None else weight
    shown = np.where(np.isfinite(points_px).all(axis=-1), np.nan_to_num(weight), 0).tolist()
    away = [0.0] * len(skeleton) if depth is None else depth.tolist()
    points = np.nan_to_num(points_px).clip(-_FAR_PX, _FAR_PX).tolist()
    colours = [palette.seen] * len(skeleton) if unseen is None else [palette[int(pale)] for pale in unseen.tolist()]
    pale = [joint is palette.filled for joint in colours]
    # (depth, bones before joints, ends, colour)
    strokes = [
        (max(away[a], away[b]), 0, (a, b), palette[pale[a] or pale[b]][side])
        for (a, b), side in zip(skeleton.edges, bone_sides(skeleton), strict=True)
    ]
    strokes += [(away[j] - thickness_px, 1, (j, j), colours[j][side]) for j, side in enumerate(joint_sides(skeleton))]
    for _, is_joint, (a, b), colour in sorted(strokes, key=lambda stroke: (-stroke[0], stroke[1])):
        strength = min(shown[a], shown[b])
        if strength < _FAINT:
            continue
        if is_joint:
            _draw_joint(canvas, points[a], colour, 1.35 * thickness_px, strength)
        else:
            _draw_bone(canvas, points[a], points[b], colour, thickness_px, strength)


def _outline_px(width_px: float) -> float:
    return max(1.0, 0.16 * width_px)


@lru_cache(maxsize=1024)
def _glossy(colour: RGB) -> RGB:
    red, green, blue = (round(c + _GLOSS * (255 - c)) for c in colour)
    return red, green, blue


def _draw_joint(canvas: Canvas, at_px: XY, colour: RGB, width_px: float, weight: float) -> None:
    """A dot with a dark outline, lit from the upper left. A weak one lets through what is behind, not its outline."""
    outline = _outline_px(width_px)
    if weight <= _SOLID:
        opacity = round(255 * weight)
        canvas.dot(at_px, colour, width_px, opacity)
        canvas.ring(at_px, _OUTLINE_RGB, width_px + outline, outline, opacity)
        return
    canvas.dot(at_px, _OUTLINE_RGB, width_px + 2 * outline)
    canvas.dot(at_px, colour, width_px)
    if width_px > _ROUND_PX:
        canvas.dot(_lit(at_px, width_px), _glossy(colour), _GLOSS_WIDTH * width_px)


def _draw_bone(canvas: Canvas, start_px: XY, end_px: XY, colour: RGB, width_px: float, weight: float) -> None:
    """A line like a joint's dot. Its ends are straight: joints cover them."""
    outline = _outline_px(width_px)
    if weight <= _SOLID:
        opacity = round(255 * weight)
        canvas.line(start_px, end_px, colour, width_px, opacity)
        for side in (-1, 1):
            edge = _aside(start_px, end_px, side * (width_px + outline) / 2)
            canvas.line(*edge, _OUTLINE_RGB, outline, opacity)
        return
    canvas.line(start_px, end_px, _OUTLINE_RGB, width_px + 2 * outline)
    canvas.line(start_px, end_px, colour, width_px)
    if width_px > _ROUND_PX:
        lit = _lit(start_px, width_px), _lit(end_px, width_px)
        canvas.line(*lit, _glossy(colour), _GLOSS_WIDTH * width_px)


def _lit(at_px: XY, width_px: float) -> XY:
    """Where light falls on a round thing."""
    return at_px[0] - 0.16 * width_px, at_px[1] - 0.16 * width_px


def _aside(start_px: XY, end_px: XY, by_px: float) -> tuple[XY, XY]:
    """A line moved sideways."""
    (x0, y0), (x1, y1) = start_px, end_px
    share = by_px / max(hypot(x1 - x0, y1 - y0), 1e-6)
    dx, dy = share * (y1 - y0), share * (x0 - x1)
    return (x0 + dx, y0 + dy), (x1 + dx, y1 + dy)


def draw_text(
    canvas: Canvas,
    text: str,
    at_px: XY,
    *,
    colour: RGB,
    align: Literal["left", "middle"] = "left",
) -> None:
    """A line of ASCII text with its baseline at `at_px`, as large as suits the picture."""
    canvas.text(text, at_px, text_height_px(canvas.size_px[1]), colour, align)


def draw_tag(canvas: Canvas, text: str, at_px: Points2D, *, fill: RGB) -> None:
    """A small plate with a line of ASCII text that stands on `at_px`, moved so far that it is inside the picture."""
    image_width, image_height = canvas.size_px
    capital = text_height_px(image_height)
    width, height = text_width_px(text, capital) + capital, 2 * capital
    x = float(np.clip(at_px[0], width / 2, max(image_width - width / 2, width / 2)))
    y = float(np.clip(at_px[1] - height / 2, height / 2, max(image_height - height / 2, height / 2)))
    reach = max(width - height, 0) / 2
    canvas.round_line((x - reach, y), (x + reach, y), _OUTLINE_RGB, height + 2)
    canvas.round_line((x - reach, y), (x + reach, y), fill, height - 1)
    ink = _OUTLINE_RGB if np.dot(fill, _LUMINANCE) > _BRIGHT else _WHITE_RGB
    draw_text(canvas, text, (x, y + capital / 2), colour=ink, align="middle")


def text_height_px(image_height_px: int) -> int:
    """Height of capitals in a picture of this height."""
    return max(9, round(image_height_px / 55))
