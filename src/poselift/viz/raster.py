"""Pictures as they are drawn into: RGB, or brightness and colour apart, as videos have them (YUV 4:2:0).

The second needs no conversion between decoder and encoder, and half the memory. It is that of HD television: BT.709,
black at 16 and white at 235. As an array, *I420*, it is (3 height / 2, width): brightness, then the two of colour.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float, UInt8

from poselift.errors import MissingExtraError
from poselift.viz.colours import RGB

Kind: TypeAlias = Literal["rgb", "i420"]
# How bright red and blue are in BT.709; green is the rest.
_RED, _BLUE = 0.2126, 0.0722
_own = threading.local()


@dataclass(frozen=True, eq=False)
class Plane:
    """One array of a picture.

    Attributes:
        pixels: (H, W), or (H, W, 3): RGB, or the two values of colour and one that means nothing.
        scale: its pixels by those of the picture: 1, or 0.5 for colour.
        black: what is added to all values.
        ink: what a colour is here, three values; the first alone counts where pixels have one.
    """

    pixels: np.ndarray
    scale: float
    black: int
    ink: Callable[[RGB], RGB]


@dataclass(frozen=True, eq=False)
class Raster:
    """A picture made of planes."""

    planes: tuple[Plane, ...]

    @property
    def size_px(self) -> tuple[int, int]:
        height, width = self.planes[0].pixels.shape[:2]
        return width, height

    @classmethod
    def of_rgb(cls, image: UInt8[np.ndarray, "height width 3"]) -> Raster:
        """The picture of an RGB image; shares its memory."""
        return cls((Plane(image, 1.0, 0, lambda colour: colour),))

    @classmethod
    def of_i420(cls, array: UInt8[np.ndarray, "rows width"]) -> Raster:
        """The picture of an I420 array, both sides even."""
        height, width = 2 * array.shape[0] // 3, array.shape[1]
        colour = np.zeros((height // 2, width // 2, 3), np.uint8)
        # One after the other is several times as fast as both at once.
        for channel, plane in enumerate(array[height:].reshape(2, height // 2, width // 2)):
            colour[..., channel] = plane
        return cls.of_planes(array[:height], colour)

    @classmethod
    def of_planes(cls, brightness: UInt8[np.ndarray, "height width"], colour: UInt8[np.ndarray, "h w 3"]) -> Raster:
        """The picture of a plane of brightness and one of colour, half as high and wide."""
        return cls((Plane(brightness, 1.0, 16, _brightness), Plane(colour, 0.5, 128, _colour)))

    @classmethod
    def shaded(cls, size_px: tuple[int, int], top: RGB, bottom: RGB, kind: Kind) -> Raster:
        """A picture that goes from one colour to another."""
        width, height = size_px
        rows = np.linspace(top, bottom, height)
        if kind == "rgb":
            return cls.of_rgb(_rows(rows, width))
        yuv = rgb_to_yuv(rows)
        colour = np.roll(yuv[::2], -1, axis=-1)
        colour[:, 2] = 0
        return cls.of_planes(_rows(yuv[:, :1], width)[..., 0], _rows(colour, width // 2))

    def copied(self) -> Raster:
        """The same picture in memory of its own."""
        return Raster(tuple(Plane(p.pixels.copy(), p.scale, p.black, p.ink) for p in self.planes))

    def rgb(self) -> UInt8[np.ndarray, "height width 3"]:
        """The image of a picture that is RGB."""
        (plane,) = self.planes
        return plane.pixels


def _rows(rows: Float[np.ndarray, "height channels"], width: int) -> np.ndarray:
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


@lru_cache(maxsize=1024)
def _yuv(colour: RGB) -> RGB:
    y, u, v = np.rint(rgb_to_yuv(np.array(colour, dtype=np.float64))).astype(int).tolist()
    return y, u, v


def _brightness(colour: RGB) -> RGB:
    y = _yuv(colour)[0]
    return y, y, y


def _colour(colour: RGB) -> RGB:
    _, u, v = _yuv(colour)
    return u, v, 0
