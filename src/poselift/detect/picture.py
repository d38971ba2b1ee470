"""`Picture`: one frame of a video as its decoder gave it, and the way to RGB."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from jaxtyping import UInt8

from poselift.detect.planes import MATRICES, Planes
from poselift.detect.tone import HLG, PQ, tone_mapped
from poselift.detect.turn import UPRIGHT, Turn
from poselift.errors import ShapeError

# Conversions that a thread keeps; more sizes than these at once would make each prepared anew.
_KEPT = 8
# FFmpeg's numbers: colours of which nothing is said, those of HD television, and values from 16 to 235.
_UNSAID, _BT709, _LIMITED = 2, 1, 1
_own = threading.local()
# Formats whose memory is `Planes`.
_PLANAR = frozenset(f"yuv{full}{layout}p" for full in ("", "j") for layout in ("420", "422", "444"))
# Behind what is transparent: neither light nor dark clothes vanish in it.
_GREY = 128
# A picture whose shape differs by more than this from what it is to fit gets black borders.
_SAME_SHAPE = 0.02


class Picture:
    """One frame as the decoder gave it, in half the memory of RGB. Never changed; any thread may ask for its RGB.

    Args:
        frame: PyAV's frame.
        stored_px: (width, height) that it is to have with square pixels, before it is turned. Default: its own. If
            its shape is another, it gets black borders.
        turn: how it becomes upright.
        aspect: how much wider than high its pixels are.
    """

    __slots__ = ("_frame", "_lock", "_shape", "_stored_px", "_turn")

    def __init__(
        self, frame: Any, stored_px: tuple[int, int] | None = None, turn: Turn = UPRIGHT, aspect: float = 1.0
    ) -> None:
        self._frame, self._turn = frame, turn
        self._stored_px = stored_px or (frame.width, frame.height)
        self._shape = frame.width * aspect / frame.height
        self._lock = threading.Lock()
        # The scaler refuses matrices that it does not know; without one it guesses.
        if not frame.format.is_rgb and frame.colorspace not in MATRICES:
            frame.colorspace = _UNSAID

    @classmethod
    def of(cls, image: UInt8[np.ndarray, "height width 3"]) -> Picture:
        """The picture of an upright RGB image.

        Raises:
            ShapeError: it is no RGB of uint8, or has no pixels.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.size == 0 or image.dtype != np.uint8:
            raise ShapeError(f"image: expected (height, width, 3) of uint8, got {image.shape} of {image.dtype}")
        return cls(_frame_of(image))

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) as shown: upright, with square pixels."""
        return self._turn.size_px(self._stored_px)

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return sum(plane.buffer_size for plane in self._frame.planes)

    def rgb(self, size_px: tuple[int, int] | None = None) -> UInt8[np.ndarray, "height width 3"]:
        """The upright RGB image, scaled on the way to `size_px` (width, height): cheaper than later.

        It may lie in memory with gaps between its rows.
        """
        stored_px = self._turn.size_px(size_px) if size_px else self._stored_px
        # PyAV changes the frame for the time of the conversion.
        with self._lock:
            return self._turn.turned(self._rgb(stored_px))

    def planes(self) -> Planes:
        """Brightness and colour as stored, at no cost for most videos; others are converted."""
        frame = self._frame
        with self._lock:
            as_it_is = self._is_plain and self._stored_px == (frame.width, frame.height)
            if as_it_is and frame.format.name in _PLANAR:
                return Planes.of(frame, self._turn)
            # An image's colours are as fine as its brightness; a video's are hardly ever finer than this.
            made = self._yuv(self._stored_px, "yuv444p" if frame.format.is_rgb else "yuv420p")
            return Planes.of(made, self._turn)

    def i420(
        self, size_px: tuple[int, int], into: UInt8[np.ndarray, "rows width"] | None = None
    ) -> UInt8[np.ndarray, "rows width"]:
        """The upright picture of `size_px` (width, height), both even, as encoders take it: (3 height / 2, width).

        Brightness, then the two planes of colour, in BT.709 of limited range: a third of what RGB costs. Colours of a
        video that does not say what they mean are left as they are.

        Args:
            into: an array to be filled and answered, instead of a new one.
        """
        width, height = size_px
        with self._lock:
            converted = self._yuv(self._turn.size_px(size_px), "yuv420p")
        array = np.empty((3 * height // 2, width), np.uint8) if into is None else into
        targets = (array[:height], *array[height:].reshape(2, height // 2, width // 2))
        for target, plane in zip(targets, converted.planes, strict=True):
            pixels = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
            target[:] = self._turn.turned(pixels)
        return array

    @property
    def _is_plain(self) -> bool:
        """Whether its own pixels are what it shows."""
        fits = _fitted(self._shape, self._stored_px, self._stored_px) == self._stored_px
        return fits and self._frame.color_trc not in (PQ, HLG) and not _has_alpha(self._frame)

    def _yuv(self, size_px: tuple[int, int], pixels: str) -> Any:
        """PyAV's frame in BT.709 of limited range, before it is turned; colours that mean nothing are left so."""
        frame = self._frame if self._is_plain else _frame_of(self._rgb(size_px))
        made = _converted(frame, size_px, pixels)
        unsaid = frame.colorspace == _UNSAID and not frame.format.is_rgb
        made.colorspace, made.color_range = _UNSAID if unsaid else _BT709, _LIMITED
        return made

    def _rgb(self, size_px: tuple[int, int]) -> np.ndarray:
        """The RGB image before it is turned."""
        inner_px = _fitted(self._shape, self._stored_px, size_px)
        if _has_alpha(self._frame):
            image = _over_grey(_converted(self._frame, inner_px, "rgba").to_ndarray())
        else:
            image = _rows(_converted(self._frame, inner_px, "rgb24"))
        image = tone_mapped(image, self._frame.color_trc)
        if inner_px == size_px:
            return image
        framed = np.zeros((size_px[1], size_px[0], 3), np.uint8)
        left, top = (size_px[0] - inner_px[0]) // 2, (size_px[1] - inner_px[1]) // 2
        framed[top : top + inner_px[1], left : left + inner_px[0]] = image
        return framed


def _frame_of(image: UInt8[np.ndarray, "height width 3"]) -> Any:
    import av

    return av.VideoFrame.from_ndarray(image, format="rgb24")


def _rows(frame: Any) -> np.ndarray:
    """The pixels (H, W, 3) of an rgb24 frame where they lie, not copied; a row may be followed by unused bytes."""
    (plane,) = frame.planes
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : 3 * frame.width]
    return rows.reshape(frame.height, frame.width, 3)


def _has_alpha(frame: Any) -> bool:
    return any(component.is_alpha for component in frame.format.components)


def _over_grey(image: UInt8[np.ndarray, "height width 4"]) -> UInt8[np.ndarray, "height width 3"]:
    """What is transparent shows grey."""
    opaque = image[..., 3:].astype(np.uint16)
    mixed: np.ndarray = ((image[..., :3] * opaque + _GREY * (255 - opaque) + 127) // 255).astype(np.uint8)
    return mixed


def _fitted(shape: float, whole_px: tuple[int, int], size_px: tuple[int, int]) -> tuple[int, int]:
    """(width, height) that a picture of this shape gets in a frame of `whole_px`, itself scaled to `size_px`."""
    ratio = shape / (whole_px[0] / whole_px[1])
    width, height = size_px
    if ratio > 1 + _SAME_SHAPE:
        return width, max(1, round(height / ratio))
    if ratio < 1 - _SAME_SHAPE:
        return max(1, round(width * ratio)), height
    return size_px


def _converted(frame: Any, size_px: tuple[int, int], pixels: str) -> Any:
    """The frame of another size, in another format. FFmpeg prepares each conversion once a thread.

    Those who want several cores ask from several threads.
    """
    from av.video.reformatter import VideoReformatter

    kept = _own.__dict__.setdefault("kept", {})
    key = (frame.format.name, frame.width, frame.height, size_px, pixels)
    if key not in kept:
        if len(kept) >= _KEPT:
            kept.clear()
        kept[key] = VideoReformatter()
    colour: dict[str, Any] = {}
    if pixels.startswith("yuv"):
        colour = {"dst_colorspace": "ITU709", "dst_color_range": "MPEG"}
        if frame.colorspace == _UNSAID:
            colour["src_colorspace"] = "ITU709"
    return kept[key].reformat(frame, *size_px, pixels, threads=1, **colour)
