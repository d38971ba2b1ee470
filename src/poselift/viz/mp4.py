"""`Mp4`: a video that is written frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from poselift.errors import ExternalToolError, MissingExtraError
from poselift.viz.raster import Raster

# Best first; a build of FFmpeg without x264 still has its own MPEG-4.
# x264 does without what makes files smaller rather than better: a third larger, in three fourths of the time.
_ENCODERS = {
    "libx264": {
        "preset": "superfast",
        "tune": "zerolatency",
        "crf": "25",
        "x264-params": "cabac=0:subme=0:weightp=0:scenecut=0:deadzone-inter=11",
    },
    "mpeg4": {"qscale": "3"},
}
# The unit of time: whole for the usual frame rates, and no finer than the 1/65535 s that MPEG-4 counts in.
_TICK_S = Fraction(1, 60000)
# BT.709 of limited range, in FFmpeg's numbers: what `Raster` makes.
_BT709, _LIMITED = 1, 1


class Blank(NamedTuple):
    """A frame of a video, and what it shows."""

    frame: Any
    raster: Raster


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
        # Others draw and detect meanwhile.
        context.thread_count = 1
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"
        self._container, self._stream = container, stream
        self._first_s: float | None = None
        self._tick = -1
        self._spare: list[Any] = []

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

    def blank(self) -> Blank:
        """A frame to be drawn into; it shows anything. One thread may draw while another one writes."""
        import av

        width, height = self._stream.width, self._stream.height
        frame = self._spare.pop() if self._spare else av.VideoFrame(width, height, "yuv420p")
        # The encoder may still hold one that was written.
        frame.make_writable()
        y, u, v = (_pixels(plane) for plane in frame.planes)
        return Blank(frame, Raster.of_yuv(y, u, v))

    def write(self, drawn: Blank, time_s: float) -> None:
        """Append a frame that was blank; it belongs to the video then."""
        self._first_s = time_s if self._first_s is None else self._first_s
        # At least one tick from frame to frame.
        self._tick = max(round((time_s - self._first_s) / _TICK_S), self._tick + 1)
        drawn.frame.pts, drawn.frame.time_base = self._tick, _TICK_S
        self._mux(drawn.frame)
        self._spare.append(drawn.frame)

    def _mux(self, frame: Any) -> None:
        self._container.mux(self._stream.encode(frame))


def _pixels(plane: Any) -> np.ndarray:
    """Where they lie."""
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]


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
