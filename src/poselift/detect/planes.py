"""`Planes`: a picture as videos have it, brightness and colour apart, and how it becomes upright RGB."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from poselift.detect.turn import Turn

# FFmpeg's numbers of the matrices of YUV that its scaler knows, and how bright red and blue are in each (ISO/IEC
# 23091-2): BT.709, FCC, BT.601 in two versions, SMPTE 240M, BT.2020.
_601 = (0.299, 0.114)
_RED_BLUE = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: _601,
    6: _601,
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
MATRICES = frozenset(_RED_BLUE)
# FFmpeg's mark of values that use the whole byte.
_FULL_RANGE = 2


class Planes(NamedTuple):
    """A picture in its decoder's memory: nothing is copied. YUV of eight bits.

    Attributes:
        brightness: (H, W) as stored.
        colour: two of (h, w), blue and red; usually half as high and wide.
        to_rgb: (3, 4) what makes red, green and blue, from 0 to 1, of the three values and a 1.
        turn: how it becomes upright.
    """

    brightness: UInt8[np.ndarray, "height width"]
    colour: tuple[UInt8[np.ndarray, "h w"], UInt8[np.ndarray, "h w"]]
    to_rgb: Float[np.ndarray, "3 4"]
    turn: Turn

    @classmethod
    def of(cls, frame: Any, turn: Turn) -> Planes:
        """Those of PyAV's frame in a format such as yuv420p."""
        brightness, blue, red = (_pixels(plane) for plane in frame.planes)
        full = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")
        return cls(brightness, (blue, red), _to_rgb(frame.colorspace, full=full), turn)

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) upright."""
        height, width = self.brightness.shape
        return self.turn.size_px((width, height))


def _pixels(plane: Any) -> np.ndarray:
    """(H, W) where they lie; a row may be followed by unused bytes."""
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]


def _to_rgb(matrix: int, *, full: bool) -> Float[np.ndarray, "3 4"]:
    """The inverse of ISO/IEC 23091-2, 8.3. Where the matrix is not said, the scaler takes BT.601."""
    red, blue = _RED_BLUE.get(matrix, _601)
    green = 1 - red - blue
    black, bright, colour = (0, 255, 255) if full else (16, 219, 224)
    per_blue, per_red = 2 * (1 - blue) / colour, 2 * (1 - red) / colour
    found = np.array(
        [
            [1 / bright, 0, per_red, 0],
            [1 / bright, -per_blue * blue / green, -per_red * red / green, 0],
            [1 / bright, per_blue, 0, 0],
        ]
    )
    found[:, 3] = -found[:, :3] @ [black, 128, 128]
    return found
