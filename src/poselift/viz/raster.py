"""Pictures as they are drawn into: RGB, or brightness and colour apart, as videos have them (YUV 4:2:0).

The second needs no conversion between decoder and encoder, and half the memory. It is that of HD television: BT.709,
black at 16 and white at 235. As an array, *I420*, it is (3 height / 2, width): brightness, then the two of colour.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float, UInt8

from poselift.errors import MissingExtraError
from poselift.viz.colours import RGB

Kind: TypeAlias = Literal["rgb", "i420"]
# Left, top, right and bottom edge in pixels.
Box: TypeAlias = tuple[int, int, int, int]
# How bright red and blue are in BT.709; green is the rest.
_RED, _BLUE = 0.2126, 0.0722
_own = threading.local()


@dataclass(frozen=True, eq=False)
class Plane:
    """What of a picture is drawn into at once: brightness, the two values of colour, or all of RGB.

    Attributes:
        channels: one array (H, W), or several; or a single one (H, W, 3), RGB.
        scale: its pixels by those of the picture: 1, or 0.5 for colour.
        black: what is added to all values.
        ink: what a colour is here, three values; the first ones count, as many as there are channels.
    """

    channels: tuple[np.ndarray, ...]
    scale: float
    black: int
    ink: Callable[[RGB], RGB]

    def part(self, box: Box) -> Plane:
        """The same in a part of the picture; shares its memory."""
        left, top, right, bottom = (int(edge * self.scale) for edge in box)
        return replace(self, channels=tuple(channel[top:bottom, left:right] for channel in self.channels))

    def packed(self) -> np.ndarray:
        """A copy as a single array: (H, W), or (H, W, 3) of which the channels are the first."""
        first = self.channels[0]
        if len(self.channels) == 1:
            return first.copy()
        packed = np.empty((*first.shape, 3), np.uint8)
        # One after the other is several times as fast as all at once.
        for number, channel in enumerate(self.channels):
            packed[..., number] = channel
        return packed

    def put(self, packed: np.ndarray) -> None:
        """Take over what `packed` has become."""
        if len(self.channels) == 1:
            self.channels[0][:] = packed
            return
        for number, channel in enumerate(self.channels):
            channel[:] = packed[..., number]


@dataclass(frozen=True, eq=False)
class Raster:
    """A picture made of planes, which lie where they come from: what is drawn into it is drawn there."""

    planes: tuple[Plane, ...]

    @property
    def size_px(self) -> tuple[int, int]:
        height, width = self.planes[0].channels[0].shape[:2]
        return width, height

    @classmethod
    def of_rgb(cls, image: UInt8[np.ndarray, "height width 3"]) -> Raster:
        """The picture of an RGB image."""
        return cls((Plane((image,), 1.0, 0, _as_it_is),))

    @classmethod
    def of_shares(cls, shares: UInt8[np.ndarray, "height width"]) -> Raster:
        """A picture that has one number for a pixel, from 0 for black to 255 for white."""
        return cls((Plane((shares,), 1.0, 0, _as_it_is),))

    @classmethod
    def of_i420(cls, array: UInt8[np.ndarray, "rows width"]) -> Raster:
        """The picture of an I420 array, both sides even."""
        height, width = 2 * array.shape[0] // 3, array.shape[1]
        u, v = array[height:].reshape(2, height // 2, width // 2)
        return cls.of_yuv(array[:height], u, v)

    @classmethod
    def of_yuv(
        cls,
        brightness: UInt8[np.ndarray, "height width"],
        u: UInt8[np.ndarray, "half_height half_width"],
        v: UInt8[np.ndarray, "half_height half_width"],
    ) -> Raster:
        """The picture of a plane of brightness and two of colour, half as high and wide."""
        return cls((Plane((brightness,), 1.0, 16, _brightness), Plane((u, v), 0.5, 128, _colour)))

    @classmethod
    def shaded(cls, size_px: tuple[int, int], top: RGB, bottom: RGB, kind: Kind) -> Raster:
        """A new picture that goes from one colour to another."""
        width, height = size_px
        rows = np.linspace(top, bottom, height)
        if kind == "rgb":
            return cls.of_rgb(_rows(rows, width))
        yuv = rgb_to_yuv(rows)
        return cls.of_yuv(_rows(yuv[:, 0], width), _rows(yuv[::2, 1], width // 2), _rows(yuv[::2, 2], width // 2))

    @property
    def grey(self) -> Raster:
        """The same picture for what has hardly any colour: where brightness is apart, that alone is drawn into."""
        return Raster(self.planes[:1])

    def part(self, box: Box) -> Raster:
        """A part of the picture, all edges even; shares its memory."""
        return Raster(tuple(plane.part(box) for plane in self.planes))

    def show(self, other: Raster) -> None:
        """Look as another picture of the same size and kind does."""
        for mine, its in zip(self.planes, other.planes, strict=True):
            for channel, values in zip(mine.channels, its.channels, strict=True):
                channel[:] = values

    def rgb(self) -> UInt8[np.ndarray, "height width 3"]:
        """The image of a picture that is RGB."""
        (plane,) = self.planes
        return plane.channels[0]


def _rows(rows: Float[np.ndarray, "height *channels"], width: int) -> np.ndarray:
    return np.repeat(np.rint(rows).astype(np.uint8)[:, None], width, axis=1)


def rgb_to_i420(image: UInt8[np.ndarray, "height width 3"], size_px: tuple[int, int]) -> UInt8[np.ndarray, "rows w"]:
    """An RGB image as I420 of another size, both sides even.

    Raises:
        MissingExtraError: PyAV is not installed.
    """
    try:
        import av
        from av.video.reformatter import VideoReformatter
    except ImportError:
        raise MissingExtraError("PyAV", "video") from None
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    kept = _own.__dict__.setdefault("reformatter", VideoReformatter())
    made = kept.reformat(frame, *size_px, "yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", threads=1)
    array: np.ndarray = made.to_ndarray()
    return array


def rgb_to_yuv(rgb: Float[np.ndarray, "*pixels 3"]) -> Float[np.ndarray, "*pixels 3"]:
    """Brightness from 16 to 235 and the two values of colour around 128, of values from 0 to 255."""
    red, green, blue = np.moveaxis(np.asarray(rgb, dtype=np.float64) / 255, -1, 0)
    bright = _RED * red + (1 - _RED - _BLUE) * green + _BLUE * blue
    u, v = (blue - bright) / (2 - 2 * _BLUE), (red - bright) / (2 - 2 * _RED)
    return np.stack([16 + 219 * bright, 128 + 224 * u, 128 + 224 * v], axis=-1)


def _as_it_is(colour: RGB) -> RGB:
    return colour


@lru_cache(maxsize=1024)
def _brightness(colour: RGB) -> RGB:
    y, _, _ = _yuv(colour)
    return y, y, y


@lru_cache(maxsize=1024)
def _colour(colour: RGB) -> RGB:
    _, u, v = _yuv(colour)
    return u, v, 0


def _yuv(colour: RGB) -> RGB:
    y, u, v = np.rint(rgb_to_yuv(np.array(colour, dtype=np.float64))).astype(int).tolist()
    return y, u, v
