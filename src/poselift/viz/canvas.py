"""`Canvas`: smooth lines, dots and text in a picture, by AGG (aggdraw)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from poselift.errors import MissingExtraError
from poselift.viz.colours import RGB
from poselift.viz.raster import Plane, Raster

# x right and y down, in pixels.
XY: TypeAlias = Sequence[float]
_OPAQUE = 255


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


class Canvas:
    """What draws into a copy of a picture. Positions are in pixels of the picture, whose first is from 0 to 1.

    Raises:
        MissingExtraError: aggdraw is not installed.
    """

    def __init__(self, raster: Raster) -> None:
        self._agg = require_aggdraw()
        self.size_px = raster.size_px
        self._sheets = [(plane, self._sheet(plane)) for plane in raster.planes]

    def _sheet(self, plane: Plane) -> Any:
        height, width = plane.pixels.shape[:2]
        sheet = self._agg.Draw("L" if plane.pixels.ndim == 2 else "RGB", (width, height), (0, 0, 0))
        sheet.frombytes(plane.pixels.tobytes())
        return sheet

    def drawn(self) -> Raster:
        """The picture with all that was drawn."""
        return Raster(
            tuple(
                Plane(np.frombuffer(sheet.tobytes(), np.uint8).reshape(p.pixels.shape), p.scale, p.black, p.ink)
                for p, sheet in self._sheets
            )
        )

    def line(self, start_px: XY, end_px: XY, colour: RGB, width_px: float, opacity: int = _OPAQUE) -> None:
        """A straight line whose ends are cut off straight."""
        (x0, y0), (x1, y1) = start_px, end_px
        for plane, sheet in self._sheets:
            s = plane.scale
            pen = self._agg.Pen(plane.ink(colour), width_px * s, opacity)
            sheet.line((x0 * s, y0 * s, x1 * s, y1 * s), pen)

    def dot(self, at_px: XY, colour: RGB, width_px: float, opacity: int = _OPAQUE) -> None:
        """A filled circle."""
        for plane, sheet in self._sheets:
            sheet.ellipse(_box(at_px, width_px, plane.scale), self._agg.Brush(plane.ink(colour), opacity))

    def ring(self, at_px: XY, colour: RGB, across_px: float, width_px: float, opacity: int = _OPAQUE) -> None:
        """A circle of a line of `width_px`, `across_px` from the middle of the line to the middle of the line."""
        for plane, sheet in self._sheets:
            pen = self._agg.Pen(plane.ink(colour), width_px * plane.scale, opacity)
            sheet.ellipse(_box(at_px, across_px, plane.scale), pen)

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
        x, y = at_px
        x -= text_width_px(text, height_px) / 2 if align == "middle" else 0
        for plane, sheet in self._sheets:
            scale = plane.scale * height_px / glyphs().capital
            brush = self._agg.Brush(plane.ink(colour))
            at = x * plane.scale
            for letter in text:
                sheet.symbol((at, y * plane.scale), _path(letter, scale), brush)
                at += _advance(letter) * scale


def _box(at_px: XY, across_px: float, scale: float) -> tuple[float, float, float, float]:
    x, y = at_px
    r = across_px / 2
    return (x - r) * scale, (y - r) * scale, (x + r) * scale, (y + r) * scale


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
