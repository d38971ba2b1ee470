"""Squares cut out of a frame, turned any way, in the size that a network wants.

Sampling is MediaPipe's: bilinear without a filter before it, and pixels beyond the frame are those of its edge. A
pixel's number is its place: the centre of the first one is at 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt8

from poselift.detect.planes import Planes

# A crop is larger by this than the circle around the body.
MARGIN = 1.25
# A frame that is longer than wide by less is nearly a square; along others squares are so much of their side apart.
_SQUARE, _FROM_SQUARE_TO_SQUARE = 1.2, 0.8
# Places are rounded to 1/16 px, so that a pixel's value times its weight fits into 16 bits.
_FINER, _FINE = 12, 4


class Crop(NamedTuple):
    """A square in a frame.

    Attributes:
        centre_px: (2,) where its middle is.
        side_px: how long a side is.
        angle_rad: by how much it is turned, clockwise as seen.
    """

    centre_px: Float[np.ndarray, "2"]
    side_px: float
    angle_rad: float

    @property
    def axes(self) -> Float[np.ndarray, "2 2"]:
        """Unit vectors of the frame, in rows, that go right and down in the crop."""
        cos, sin = np.cos(self.angle_rad), np.sin(self.angle_rad)
        return np.array([[cos, sin], [-sin, cos]])

    def to_frame_px(self, points: Float[np.ndarray, "*points 2"]) -> Float[np.ndarray, "*points 2"]:
        """Points given as shares of the side, from the upper left corner on, in pixels of the frame."""
        return np.asarray(self.centre_px + (points - 0.5) * self.side_px @ self.axes)


def body_crop(hips_px: Float[np.ndarray, "2"], rim_px: Float[np.ndarray, "2"]) -> Crop:
    """The crop of a body, from the middle of its hips and a point of the circle around it, which will be above."""
    right, down = (float(d) for d in rim_px - hips_px)
    return Crop(
        np.asarray(hips_px, dtype=np.float64),
        2 * MARGIN * float(np.hypot(right, down)),
        float(np.arctan2(right, -down)),
    )


def whole_frame(size_px: tuple[int, int]) -> Crop:
    """The smallest square that holds a frame in its middle."""
    return Crop(np.array(size_px) / 2, float(max(size_px)), 0.0)


def squares_along(size_px: tuple[int, int]) -> list[Crop]:
    """Squares of a frame's shorter side that cover it and overlap; none where the frame is nearly a square."""
    short, long = sorted(size_px)
    return squares_over(size_px, short) if long >= _SQUARE * short else []


def squares_over(size_px: tuple[int, int], side_px: float) -> list[Crop]:
    """Squares of this side, at most a frame's shorter one, that cover it and overlap; row by row."""
    across, down = (
        np.linspace(
            side_px / 2, length - side_px / 2, 1 + int(np.ceil((length / side_px - 1) / _FROM_SQUARE_TO_SQUARE))
        )
        for length in size_px
    )
    return [Crop(np.array([x, y]), float(side_px), 0.0) for y in down for x in across]


def cut_out(
    planes: Planes, crop: Crop, size: int, out: Float[np.ndarray, "size size 3"] | None = None
) -> Float[np.ndarray, "size size 3"]:
    """What a crop shows, red, green and blue from 0 to 1, in `out` if given.

    Only samples become RGB, not the frame; colour, of which videos have less, is that of the nearest pixel. NumPy
    leaves Python's lock to others meanwhile.
    """
    shares = np.empty((size, size, 3), dtype=np.float32) if out is None else out
    x, y = _places(planes, crop, size)
    blue, red = _nearest(planes, x, y)
    brightness = _bilinear(planes.brightness, x, y)
    to_rgb = planes.to_rgb.astype(np.float32)
    brightness *= to_rgb[0, 0]  # the same for all three
    for channel, (_, of_blue, of_red, always) in enumerate(to_rgb):
        share = brightness + always
        if of_blue:
            share += blue * of_blue
        if of_red:
            share += red * of_red
        np.clip(share, 0, 1, out=shares[..., channel])
    return shares


def _places(
    planes: Planes, crop: Crop, size: int
) -> tuple[Int[np.ndarray, "size size"], Int[np.ndarray, "size size"]]:
    """Where samples are, x and y in 1/16 px as stored, those beyond the frame at its edge."""
    corner, right, down = _steps(planes, crop, size)
    # What is finer is cut off: half of it is added, to round.
    corner += 0.5 / (1 << _FINE)
    counted = np.arange(size)
    x, y = (_fixed(corner[axis] + right[axis] * counted) + _fixed(down[axis] * counted)[:, None] for axis in (0, 1))
    for places, length in zip((x, y), planes.brightness.shape[::-1], strict=True):
        places >>= _FINER - _FINE
        np.clip(places, 0, (length - 1) << _FINE, out=places)
    return x, y


def _steps(planes: Planes, crop: Crop, size: int) -> Float[np.ndarray, "3 2"]:
    """The place of the first sample, and the steps to the next to the right and down, in pixels as stored."""
    shares = np.array([[0, 0], [1, 0], [0, 1]]) / size
    corner, right, down = planes.turn.stored_px(crop.to_frame_px(shares), planes.size_px)
    return np.array([corner, right - corner, down - corner])


def _fixed(places: np.ndarray) -> Int[np.ndarray, " places"]:
    """Whole numbers of 2**-12 px; the farthest places of absurd crops still fit in."""
    most = 1 << 29
    return np.asarray(np.clip(np.rint(places * (1 << _FINER)), -most, most), dtype=np.int32)


def _nearest(planes: Planes, x: np.ndarray, y: np.ndarray) -> list[UInt8[np.ndarray, "size size"]]:
    """Blue and red of the pixels in which the places lie, or nearest to them."""
    layer = planes.colour[0]
    down, across = (part < whole for part, whole in zip(layer.shape, planes.brightness.shape, strict=True))
    columns, first = x + (1 << _FINE - 1), y + (1 << _FINE - 1)
    columns >>= _FINE + across
    first >>= _FINE + down
    first *= layer.strides[0]
    first += columns
    index = first.astype(np.intp)
    return [_memory(layer).take(index, mode="wrap") for layer in planes.colour]


def _bilinear(layer: np.ndarray, x: np.ndarray, y: np.ndarray) -> Float[np.ndarray, "size size"]:
    """Means of the four pixels around each place; `x` and `y` are used up.

    The last pixel of a row or column has no next one, which counts 0, whatever is read.
    """
    stride, memory = layer.strides[0], _memory(layer)
    across, along = ((places & ((1 << _FINE) - 1)).astype(np.int16) for places in (x, y))
    x >>= _FINE
    y >>= _FINE
    y *= stride
    y += x
    index = y.astype(np.intp)

    def row(start: int) -> Int[np.ndarray, "size size"]:
        pixels, following = (
            # Other modes are slower; nothing is past the end but what counts 0.
            memory[min(at, len(memory) - 1) :].take(index, mode="wrap").astype(np.int16)
            for at in (start, start + 1)
        )
        following -= pixels
        following *= across
        pixels <<= _FINE
        pixels += following
        return pixels

    upper, lower = row(0), row(stride)
    lower -= upper
    mean = upper.astype(np.float32)
    mean *= 1 << _FINE
    mean += np.multiply(lower, along, dtype=np.float32)
    mean *= np.float32(1 / (1 << 2 * _FINE))
    return mean


def _memory(layer: np.ndarray) -> UInt8[np.ndarray, " bytes"]:
    """From the first pixel to the last, with what lies between the rows."""
    height, width = layer.shape
    return np.lib.stride_tricks.as_strided(layer, ((height - 1) * layer.strides[0] + width,), (1,), writeable=False)
