"""How `src/poselift/viz/glyphs.json` was made: the outlines of ASCII in Aileron, a font of no rights reserved (CC0).

    pip install pillow fonttools
    python make_glyphs.py

Pillow carries Aileron Regular (dotcolon.net/fonts/aileron). Each of its curves becomes a few lines, and all
strokes become bolder, so that they read well on any picture.
"""

import io
import json
from pathlib import Path

import numpy as np
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from PIL import ImageFont

OUTPUT = Path(__file__).parents[2] / "src" / "poselift" / "viz" / "glyphs.json"
LINES_PER_CURVE = 5
# By so much outlines are moved outwards, in thousandths of an em.
BOLDER = 24


class Outlines(BasePen):
    """Takes down closed outlines, flat: x, y, x, y; x right and y down from the baseline."""

    def __init__(self, glyphs):
        super().__init__(glyphs)
        self.found = []

    def _moveTo(self, point):
        self.found.append([])
        self._lineTo(point)

    def _lineTo(self, point):
        self.found[-1] += [round(point[0]), -round(point[1])]

    def _qCurveToOne(self, control, end):
        start = self._getCurrentPoint()
        for step in range(1, LINES_PER_CURVE + 1):
            t = step / LINES_PER_CURVE
            parts = zip(start, control, end, strict=True)
            self._lineTo([(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c for a, b, c in parts])


def bolder(outline):
    """The outline moved to its left, which is outwards: holes run the other way round."""
    points = np.array(outline, float).reshape(-1, 2)
    points = points[(points != np.roll(points, 1, axis=0)).any(axis=1)]
    ahead = np.roll(points, -1, axis=0) - points
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    both = ahead + np.roll(ahead, 1, axis=0)
    # A corner moves further than its sides, but never far.
    both *= 2 / np.maximum((both**2).sum(axis=1, keepdims=True), 1)
    moved = points + BOLDER * both @ [[0, -1], [1, 0]]
    return moved.round().astype(int).ravel().tolist()


def outlines(glyphs, name):
    pen = Outlines(glyphs)
    glyphs[name].draw(pen)
    return [bolder(outline) for outline in pen.found]


def main():
    font = TTFont(io.BytesIO(ImageFont.load_default(20).font_bytes))
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    made = {
        "name": "Aileron Regular, CC0",
        "em": font["head"].unitsPerEm,
        "capital": font["OS/2"].sCapHeight,
        "advance": {chr(code): glyphs[names[code]].width + BOLDER for code in range(32, 127)},
        "outlines": {chr(code): outlines(glyphs, names[code]) for code in range(32, 127)},
    }
    OUTPUT.write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
