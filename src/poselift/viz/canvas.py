"""`Canvas`: smooth lines, dots and text in a picture, by AGG (aggdraw)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, chain
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from poselift.errors import MissingExtraError
from poselift.viz.colours import RGB
from poselift.viz.raster import Box, Plane, Raster

# x right and y down, in pixels.
XY: TypeAlias = Sequence[float]
_OPAQUE = 255
# Edges are soft, and what is filled reaches out a little.
_SOFT_PX = 2.0


class Glyphs(NamedTuple):
    """The outlines of ASCII, x right and y down from the baseline; see `tests/data_files/make_glyphs.py`.

    Attributes:
        capital: the height of capitals, in the unit of the others.
        advance: how far to the next letter.
        outlines: flat closed lines: x, y, x, y.
    """

    capital: float
    advance: dict[str, float]
    outlines: dict[str, list[list[float]]]


def require_aggdraw() -> Any:
    """The module.

    Raises:
        MissingExtraError: aggdraw is not installed.
    """
    try:
        import aggdraw
    except ImportError:
        raise MissingExtraError("aggdraw", "video") from None
    return aggdraw


class _Stroke(NamedTuple):
    """Something that is to be drawn, in pixels of the picture.

    Attributes:
        way: how it is drawn.
        xy: where it is: two ends, the corners of the box around an ellipse, or where letters begin.
        colour, opacity: of its ink.
        width_px: of a pen; 0 for what is filled.
        letters: the outlines of letters.
    """

    way: Literal["line", "ellipse", "text"]
    xy: tuple[float, ...]
    colour: RGB
    opacity: int
    width_px: float = 0.0
    letters: tuple[Any, ...] = ()


class Canvas:
    """What draws into a picture. Positions are in its pixels, the first of which is from 0 to 1.

    Raises:
        MissingExtraError: aggdraw is not installed.
    """

    def __init__(self, raster: Raster) -> None:
        self._agg = require_aggdraw()
        self._raster = raster
        self.size_px = raster.size_px
        self._strokes: list[_Stroke] = []
        self._reach_px = 0.0  # of all strokes, around where they are

    def drawn(self) -> Raster:
        """The picture, into which all has been drawn now: AGG is given no more of it than is needed."""
        box = self._box()
        if box is not None:
            for plane in self._raster.part(box).planes:
                self._draw(plane, box)
        self._strokes.clear()
        return self._raster

    def _box(self) -> Box | None:
        """All that is drawn into: even edges, so that it is whole pixels of colour. None if it is nothing."""
        if not self._strokes:
            return None
        points = np.array(list(chain.from_iterable(stroke.xy for stroke in self._strokes))).reshape(-1, 2)
        room = self._reach_px + _SOFT_PX
        low = np.maximum((points.min(axis=0) - room) // 2, 0).astype(int) * 2
        high = np.minimum((points.max(axis=0) + room) // 2 + 1, np.array(self.size_px) // 2).astype(int) * 2
        if (high <= low).any():
            return None
        (left, top), (right, bottom) = low.tolist(), high.tolist()
        return left, top, right, bottom

    def _draw(self, plane: Plane, box: Box) -> None:
        """Draw all into a plane of the part of the picture that is in the box."""
        packed, s = plane.packed(), plane.scale
        sheet = self._agg.Draw("L" if packed.ndim == 2 else "RGB", packed.shape[1::-1])
        sheet.frombytes(packed)
        sheet.settransform((s, 0, -s * box[0], 0, s, -s * box[1]))
        for way, xy, colour, opacity, width_px, letters in self._strokes:
            ink = plane.ink(colour)
            tool = self._agg.Pen(ink, width_px * s, opacity) if width_px else self._agg.Brush(ink, opacity)
            if way == "line":
                sheet.line(xy, tool)
            elif way == "ellipse":
                sheet.ellipse(xy, tool)
            else:
                for x, y, letter in zip(xy[::2], xy[1::2], letters, strict=True):
                    sheet.symbol((x, y), letter, tool)
        plane.put(np.frombuffer(sheet.tobytes(), np.uint8).reshape(packed.shape))

    def line(self, start_px: XY, end_px: XY, colour: RGB, width_px: float, opacity: int = _OPAQUE) -> None:
        """A straight line whose ends are cut off straight."""
        (x0, y0), (x1, y1) = start_px, end_px
        self._add(_Stroke("line", (x0, y0, x1, y1), colour, opacity, width_px), width_px)

    def dot(self, at_px: XY, colour: RGB, width_px: float, opacity: int = _OPAQUE) -> None:
        """A filled circle."""
        self._ellipse(at_px, colour, width_px, 0.0, opacity)

    def ring(self, at_px: XY, colour: RGB, across_px: float, width_px: float, opacity: int = _OPAQUE) -> None:
        """A circle of a line of `width_px`, `across_px` from the middle of the line to the middle of the line."""
        self._ellipse(at_px, colour, across_px, width_px, opacity)

    def _ellipse(self, at_px: XY, colour: RGB, across_px: float, width_px: float, opacity: int) -> None:
        (x, y), r = at_px, across_px / 2
        self._add(_Stroke("ellipse", (x - r, y - r, x + r, y + r), colour, opacity, width_px), width_px)

    def round_line(self, start_px: XY, end_px: XY, colour: RGB, width_px: float) -> None:
        """A straight line with round ends."""
        self.line(start_px, end_px, colour, width_px)
        self.dot(start_px, colour, width_px)
        self.dot(end_px, colour, width_px)

    def text(
        self,
        text: str,
        at_px: XY,
        height_px: float,
        colour: RGB,
        align: Literal["left", "middle"] = "left",
    ) -> None:
        """A line of ASCII text with capitals of `height_px`, its baseline at `at_px`."""
        if not text:
            return
        x, y = at_px
        x -= text_width_px(text, height_px) / 2 if align == "middle" else 0
        scale = height_px / glyphs().capital
        begins = list(accumulate((_advance(letter) * scale for letter in text), initial=x))
        xy = tuple(chain.from_iterable((begin, y) for begin in begins[:-1]))
        letters = tuple(_path(letter, scale) for letter in text)
        # No letter is further from where it begins than twice the height of a capital.
        self._add(_Stroke("text", xy, colour, _OPAQUE, letters=letters), 2 * height_px)

    def _add(self, stroke: _Stroke, reach_px: float) -> None:
        self._strokes.append(stroke)
        self._reach_px = max(self._reach_px, reach_px)


def text_width_px(text: str, height_px: float) -> float:
    """How wide a line of text is whose capitals have this height."""
    return sum(map(_advance, text)) * height_px / glyphs().capital


@cache
def glyphs() -> Glyphs:
    """The letters that come with the package."""
    found = json.loads((files("poselift.viz") / "glyphs.json").read_text("utf-8"))
    return Glyphs(found["capital"], found["advance"], found["outlines"])


def _advance(letter: str) -> float:
    advance = glyphs().advance
    return advance.get(letter, advance["?"])


@lru_cache(maxsize=1024)
def _path(letter: str, scale: float) -> Any:
    outlines = glyphs().outlines
    path = require_aggdraw().Path()
    for outline in outlines.get(letter, outlines["?"]):
        path.moveto(outline[0] * scale, outline[1] * scale)
        for x, y in zip(outline[2::2], outline[3::2], strict=True):
            path.lineto(x * scale, y * scale)
        path.close()
    return path
