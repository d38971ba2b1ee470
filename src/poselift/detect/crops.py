"""Squares cut out of a frame, turned any way, in the size that a network wants.

Sampling is MediaPipe's: bilinear without a filter before it, and pixels beyond the frame are those of its edge. A
pixel's number is its place: the centre of the first one is at 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

# A crop is larger by this than the circle around the body.
MARGIN = 1.25
# A frame that is longer than wide by less is nearly a square; along others squares are so much of their side apart.
_SQUARE, _FROM_SQUARE_TO_SQUARE = 1.2, 0.8
# Places are rounded to 1/16 px, so that the four weights of a sample are whole numbers that add up to 256.
_FINER, _FINE = 12, 4
# Rows done at once: what is held meanwhile stays in a core's own cache.
_ROWS = 64
# Every second byte of a word, so that products have room.
_EVEN = np.uint64(0x00FF00FF00FF00FF)
_TO_SHARES = np.float32(1 / (255 * 256))


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


def whole_frame(frame: UInt8[np.ndarray, "height width 3"]) -> Crop:
    """The smallest square that holds a frame in its middle."""
    height, width = frame.shape[:2]
    return Crop(np.array([width, height]) / 2, float(max(width, height)), 0.0)


def squares_along(frame: UInt8[np.ndarray, "height width 3"]) -> list[Crop]:
    """Squares of a frame's shorter side that cover it and overlap; none where the frame is nearly a square."""
    height, width = frame.shape[:2]
    short, long = sorted((height, width))
    if long < _SQUARE * short:
        return []
    count = 1 + int(np.ceil((long - short) / (_FROM_SQUARE_TO_SQUARE * short)))
    middles = [(place, short / 2) for place in np.linspace(short / 2, long - short / 2, count)]
    return [Crop(np.array(middle if width > height else middle[::-1]), float(short), 0.0) for middle in middles]


def cut_out(
    frame: UInt8[np.ndarray, "height width 3"], crop: Crop, size: int, out: np.ndarray | None = None
) -> Float[np.ndarray, "size size 3"]:
    """What a crop shows, from 0 to 1, in `out` if given.

    The work is done on whole words of eight bytes, which hold two neighbouring pixels: two gathers for each row of a
    sample, and products for two colours at once. NumPy leaves Python's lock to others meanwhile.
    """
    words, row_bytes = _words(frame)
    below = words[row_bytes // 8 :]
    height, width = frame.shape[:2]
    from_middle = np.arange(size) - size / 2
    (right_x, right_y), (down_x, down_y) = crop.axes * crop.side_px / size
    half = 0.5 / (1 << _FINE)  # places are rounded by cutting off what is finer
    x_along, x_down = _fixed(right_x * from_middle + crop.centre_px[0] + half), _fixed(down_x * from_middle)
    y_along, y_down = _fixed(right_y * from_middle + crop.centre_px[1] + half), _fixed(down_y * from_middle)
    shares = np.empty((size, size, 3), dtype=np.float32) if out is None else out
    for start in range(0, size, _ROWS):
        rows = slice(start, start + _ROWS)
        x, y = x_along + x_down[rows, None], y_along + y_down[rows, None]
        x >>= _FINER - _FINE
        y >>= _FINER - _FINE
        np.clip(x, 0, (width - 1) << _FINE, out=x)
        np.clip(y, 0, (height - 1) << _FINE, out=y)
        weights = _weights(x, y)
        x >>= _FINE
        y >>= _FINE
        _blend(*_neighbours(words, below, y * row_bytes + 3 * x), weights, shares[rows])
    return shares


def _fixed(places: np.ndarray) -> np.ndarray:
    """Whole numbers of 2**-12 px; the farthest places of absurd crops still fit in."""
    most = 1 << 29
    return np.asarray(np.clip(np.rint(places * (1 << _FINER)), -most, most), dtype=np.int32)


def _words(frame: np.ndarray) -> tuple[np.ndarray, int]:
    """The frame's memory as words of eight bytes, and the bytes of a row; copied if its rows are no whole words."""
    height, width = frame.shape[:2]
    row_bytes = frame.strides[0]
    whole = width % 8 == 0 and row_bytes % 8 == 0 and row_bytes > 0 and frame.ctypes.data % 8 == 0
    if whole and frame.strides[1:] == (3, 1):
        memory = np.lib.stride_tricks.as_strided(
            frame, ((height - 1) * row_bytes + 3 * width,), (1,), writeable=False
        )
    else:
        row_bytes = -(-3 * width // 8) * 8
        padded = np.zeros((height, row_bytes), dtype=np.uint8)
        padded[:, : 3 * width].reshape(height, width, 3)[...] = frame
        memory = padded.reshape(-1)
    return memory.view("<u8"), row_bytes


def _weights(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Of the pixels at upper left, upper right, lower left and lower right of places in 1/16 px, in 1/256."""
    one = 1 << _FINE
    right, lower = x & (one - 1), y & (one - 1)
    both = right * lower
    upper_right, lower_left = right * one - both, lower * one - both
    upper_left = one * one - both - upper_right - lower_left
    return [w.astype(np.uint64) for w in (upper_left, upper_right, lower_left, both)]


def _neighbours(words: np.ndarray, below: np.ndarray, byte: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Words that begin at these bytes of the frame, and of its next row.

    Each is put together from two. The last row has none below; its weights are 0, whatever is read.
    """
    word, bits = byte >> 3, ((byte & 7) << 3).astype(np.uint64)
    upper, lower = (memory.take(word, mode="clip") for memory in (words, below if below.size else words))
    word += 1
    upper_next, lower_next = (memory.take(word, mode="clip") for memory in (words, below if below.size else words))
    upper >>= bits
    lower >>= bits
    np.subtract(64, bits, out=bits)
    # NumPy shifts by 64 to 0.
    upper |= np.left_shift(upper_next, bits, out=upper_next)
    lower |= np.left_shift(lower_next, bits, out=lower_next)
    return upper, lower


def _blend(upper: np.ndarray, lower: np.ndarray, weights: list[np.ndarray], shares: np.ndarray) -> None:
    """Weighted means of two pixels, RGBRGB in the low bytes, of two rows, written to `shares`."""
    upper_left, upper_right, lower_left, lower_right = weights
    upper_even, lower_even = upper & _EVEN, lower & _EVEN  # R.B of the left pixel, G of the right one
    for odd in (upper, lower):  # G of the left pixel, R.B of the right one
        odd >>= np.uint64(8)
        odd &= _EVEN
    left_even = upper_even * upper_left
    left_even += lower_even * lower_left
    left_odd = np.multiply(upper, upper_left, out=upper_left)
    left_odd += np.multiply(lower, lower_left, out=lower_left)
    for row, weight in (
        (upper_even, upper_right),
        (lower_even, lower_right),
        (upper, upper_right),
        (lower, lower_right),
    ):
        row *= weight
    upper_even += lower_even
    upper += lower
    left_rb, left_g, right_g, right_rb = (
        total.view("<u2").reshape(*total.shape, 4) for total in (left_even, left_odd, upper_even, upper)
    )
    for channel, (left, right) in enumerate(
        ((left_rb[..., 0], right_rb[..., 1]), (left_g[..., 0], right_g[..., 2]), (left_rb[..., 1], right_rb[..., 2]))
    ):
        np.multiply(left + right, _TO_SHARES, out=shares[..., channel])
