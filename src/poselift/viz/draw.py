"""Drawing figures and text into RGB images with OpenCV, in place and with subpixel positions."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float, UInt8

from poselift.arrays import Points2D
from poselift.errors import MissingExtraError
from poselift.skeleton.skeleton import Skeleton
from poselift.viz.colours import RGB, SideColours, bone_sides, joint_sides

# OpenCV takes positions as integers with this many fractional bits.
_SHIFT = 4
_OUTLINE_RGB: RGB = (16, 20, 27)
_WHITE_RGB: RGB = (255, 255, 255)
# How bright red, green and blue look, and from where on dark text reads better than white.
_LUMINANCE, _BRIGHT = (0.299, 0.587, 0.114), 125.0
# Beyond this OpenCV's fixed-point numbers overflow; nothing that far away is seen.
_FAR_PX = 1e5
# Fainter than this is not worth drawing; stronger than that is drawn without blending.
_FAINT, _SOLID = 0.05, 0.95
# Strokes wider than this get a highlight, which makes them look round.
_ROUND_PX, _GLOSS = 8.0, 0.35


def require_cv2() -> None:
    """Raises MissingExtraError where OpenCV is not installed."""
    try:
        import cv2  # noqa: F401
    except ImportError:
        raise MissingExtraError("OpenCV", "video") from None


def draw_figure(
    image: UInt8[np.ndarray, "height width 3"],
    points_px: Float[np.ndarray, "joints 2"],
    skeleton: Skeleton,
    palette: SideColours,
    *,
    thickness_px: float,
    weight: Float[np.ndarray, " joints"] | None = None,
    depth: Float[np.ndarray, " joints"] | None = None,
) -> None:
    """Draw bones and joints, far ones first where the `depth` of the joints is known.

    `weight` from 0 (left out) to 1 fades a joint, and a bone as its fainter end. Joints at NaN are left out.
    """
    weight = np.ones(len(skeleton)) if weight is None else weight
    weight = np.where(np.isfinite(points_px).all(axis=-1), np.nan_to_num(weight), 0)
    depth = np.zeros(len(skeleton)) if depth is None else depth
    points_px = np.nan_to_num(points_px).clip(-_FAR_PX, _FAR_PX)
    # (depth, bones before joints, ends, colour, thickness)
    strokes = [
        (max(depth[a], depth[b]), 0, (a, b), palette[side], thickness_px)
        for (a, b), side in zip(skeleton.edges, bone_sides(skeleton), strict=True)
    ]
    strokes += [
        (depth[j] - thickness_px, 1, (j, j), palette[side], 1.35 * thickness_px)
        for j, side in enumerate(joint_sides(skeleton))
    ]
    for _, _, (a, b), colour, width in sorted(strokes, key=lambda stroke: (-stroke[0], stroke[1])):
        _draw_stroke(image, points_px[a], points_px[b], colour, width, float(min(weight[a], weight[b])))


def _draw_stroke(
    image: np.ndarray, start_px: Points2D, end_px: Points2D, colour: RGB, width_px: float, weight: float
) -> None:
    """One line with a dark outline, lit from the upper left; a dot where it starts and ends at the same point."""
    if weight < _FAINT:
        return
    outline_px = width_px + 2 * max(1.0, 0.16 * width_px)
    if weight > _SOLID:
        draw_line(image, start_px, end_px, _OUTLINE_RGB, outline_px)
        draw_line(image, start_px, end_px, colour, width_px)
        if width_px > _ROUND_PX:
            red, green, blue = (round(c + _GLOSS * (255 - c)) for c in colour)
            light = -0.16 * width_px
            draw_line(image, start_px + light, end_px + light, (red, green, blue), 0.28 * width_px)
        return
    low, high = np.minimum(start_px, end_px) - outline_px, np.maximum(start_px, end_px) + outline_px
    x0, y0 = np.floor(low).astype(int).clip(0)
    x1, y1 = np.ceil(high).astype(int).clip(0)
    box = image[y0:y1, x0:x1]
    if box.size == 0:
        return
    before = box.copy()
    offset = np.array([x0, y0])
    _draw_stroke(box, start_px - offset, end_px - offset, colour, width_px, 1.0)
    box[:] = np.rint(before + weight * (box - before.astype(np.float32)))


def draw_line(image: np.ndarray, start_px: Points2D, end_px: Points2D, colour: RGB, width_px: float) -> None:
    """A smooth line with round ends."""
    import cv2

    start, end = ([round(x * (1 << _SHIFT)) for x in point.tolist()] for point in (start_px, end_px))
    if start == end:
        cv2.circle(image, start, round(width_px / 2 * (1 << _SHIFT)), colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    else:
        cv2.line(image, start, end, colour, max(1, round(width_px)), cv2.LINE_AA, _SHIFT)


def draw_text(
    image: np.ndarray, text: str, at_px: tuple[int, int], *, colour: RGB, align: Literal["left", "middle"] = "left"
) -> None:
    """A line of ASCII text with its baseline at `at_px`, as large as suits the image."""
    import cv2

    font, height_px = cv2.FONT_HERSHEY_SIMPLEX, text_height_px(image.shape[0])
    scale = height_px / 22
    width = cv2.getTextSize(text, font, scale, 1)[0][0]
    x, y = at_px
    position = (x - width // 2 if align == "middle" else x, y)
    cv2.putText(image, text, position, font, scale, colour, max(1, round(height_px / 11)), cv2.LINE_AA)


def draw_tag(image: np.ndarray, text: str, at_px: Points2D, *, fill: RGB) -> None:
    """A small plate with a line of ASCII text that stands on `at_px`, moved so far that it is inside the image."""
    import cv2

    image_height, image_width = image.shape[:2]
    capital = text_height_px(image_height)
    width = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, capital / 22, 1)[0][0] + capital
    height = 2 * capital
    x = round(float(np.clip(at_px[0], width / 2, max(image_width - width / 2, width / 2))))
    y = round(float(np.clip(at_px[1] - height / 2, height / 2, max(image_height - height / 2, height / 2))))
    ends = np.array([[x - width / 2 + height / 2, y], [x + width / 2 - height / 2, y]])
    if width < height:
        ends[:] = [x, y]
    draw_line(image, ends[0], ends[1], _OUTLINE_RGB, height + 2)
    draw_line(image, ends[0], ends[1], fill, height - 2)
    ink = _OUTLINE_RGB if np.dot(fill, _LUMINANCE) > _BRIGHT else _WHITE_RGB
    draw_text(image, text, (x, y + capital // 2), colour=ink, align="middle")


def text_height_px(image_height_px: int) -> int:
    """Height of capitals in an image of this height."""
    return max(9, round(image_height_px / 55))
