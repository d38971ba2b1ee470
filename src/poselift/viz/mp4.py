"""`Mp4`: a video that is written frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from poselift.errors import ExternalToolError, MissingExtraError
from poselift.viz.raster import Raster

# Best first; a build of FFmpeg without x264 still has its own MPEG-4.
_ENCODERS = {"libx264": {"preset": "superfast", "tune": "zerolatency", "crf": "24"}, "mpeg4": {"qscale": "3"}}
# The unit of time: whole for the usual frame rates, and no finer than the 1/65535 s that MPEG-4 counts in.
_TICK_S = Fraction(1, 60000)
# BT.709 of limited range, in FFmpeg's numbers: what `Raster` makes.
_BT709, _LIMITED = 1, 1


class Mp4:
    """Appends frames to a new H.264 video that begins at 0 s.

    Args:
        size_px: (width, height), both even.
        fps: nominal; each frame is shown at its own time.
    """

    def __init__(self, container: Any, size_px: tuple[int, int], fps: float) -> None:
        import av

        codec = next(name for name in _ENCODERS if name in av.codecs_available)
        stream: Any = container.add_stream(codec, Fraction(fps).limit_denominator(1001), options=_ENCODERS[codec])
        context = stream.codec_context
        context.time_base = _TICK_S
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"
        self._container, self._stream = container, stream
        self._first_s: float | None = None
        self._tick = -1

    @classmethod
    @contextmanager
    def opened(cls, path: Path, size_px: tuple[int, int], fps: float) -> Iterator[Mp4]:
        """A new video at `path`, finished when the block ends well.

        Raises:
            MissingExtraError: PyAV is not installed.
            ExternalToolError: FFmpeg cannot encode.
        """
        try:
            import av
        except ImportError:
            raise MissingExtraError("PyAV", "video") from None
        with failures_named(), av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            film = cls(container, size_px, fps)
            yield film
            film._mux(None)

    def write(self, parts: tuple[Raster, ...], time_s: float) -> None:
        """Append a frame made of pictures from left to right, all of brightness and colour apart."""
        import av

        width, height = self._stream.width, self._stream.height
        frame = av.VideoFrame(width, height, "yuv420p")
        targets = [_rows(plane) for plane in frame.planes]
        x = 0
        for part in parts:
            brightness, colour = (plane.pixels for plane in part.planes)
            end = x + brightness.shape[1]
            targets[0][:height, x:end] = brightness
            for channel, target in enumerate(targets[1:]):
                target[: height // 2, x // 2 : end // 2] = colour[..., channel]
            x = end
        self._first_s = time_s if self._first_s is None else self._first_s
        # At least one tick from frame to frame.
        self._tick = max(round((time_s - self._first_s) / _TICK_S), self._tick + 1)
        frame.pts, frame.time_base = self._tick, _TICK_S
        self._mux(frame)

    def _mux(self, frame: Any) -> None:
        self._container.mux(self._stream.encode(frame))


def _rows(plane: Any) -> np.ndarray:
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)


@contextmanager
def failures_named() -> Iterator[None]:
    """FFmpeg's own errors as ours; those of the disk pass as they are."""
    import av

    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise ExternalToolError(f"FFmpeg cannot encode the overlay: {error}", "pip install --upgrade av") from error
