"""Frames of video files, by PyAV (FFmpeg)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import UInt8

from poselift.errors import DataFormatError, MissingExtraError

logger = logging.getLogger(__name__)

_HINT = "check that a player can show it, or convert it: ffmpeg -i IN -pix_fmt yuv420p OUT.mp4"


class VideoInfo(NamedTuple):
    """What a video says about itself.

    Attributes:
        size_px: (width, height) as shown, that is after the rotation that phones store.
        fps: frames per second; the average where the rate varies.
        n_frames: how many frames there should be, if the file says so.
    """

    size_px: tuple[int, int]
    fps: float
    n_frames: int | None


def video_info(path: Path) -> VideoInfo:
    """Read what a video says about itself, and decode its first frame.

    Raises:
        DataFormatError: there is no such file, it is empty, no video, has no picture, or nothing can be decoded.
        MissingExtraError: PyAV is not installed.
    """
    with _opened(path) as (container, stream):
        first = next(_decoded(path, container, stream), None)
        if first is None:
            raise DataFormatError(f"{path}: expected frames, found none that can be decoded", _HINT)
        rate = stream.average_rate or stream.guessed_rate
        if not rate:
            raise DataFormatError(f"{path}: expected a frame rate, found none", _HINT)
        height, width = first.shape[:2]
        count = stream.frames or (
            round(float(stream.duration * stream.time_base) * float(rate)) if stream.duration else None
        )
        return VideoInfo((width, height), float(rate), count)


def read_frames(path: Path) -> Iterator[UInt8[np.ndarray, "height width 3"]]:
    """Frames of a video as upright RGB images, one at a time.

    A file that breaks off yields the frames that can be decoded and logs a warning.

    Raises:
        DataFormatError: as for `video_info`.
        MissingExtraError: PyAV is not installed.
    """
    with _opened(path) as (container, stream):
        yield from _decoded(path, container, stream)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    try:
        import av
    except ImportError:
        raise MissingExtraError("PyAV", "video") from None
    path = Path(path)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise DataFormatError(f"{path}: expected a video file, found {found}", "check the path")
    if path.stat().st_size == 0:
        raise DataFormatError(f"{path}: the file is empty", "copy the video again")
    try:
        container = av.open(str(path))
    except av.error.FFmpegError as error:
        raise DataFormatError(
            f"{path}: not a video that can be read, or cut short ({error.strerror})", _HINT
        ) from None
    with container:
        if not container.streams.video:
            kinds = ", ".join(sorted({s.type for s in container.streams})) or "nothing"
            raise DataFormatError(f"{path}: expected a picture, found only {kinds}", "name a video with a picture")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        yield container, stream


def _decoded(path: Path, container: Any, stream: Any) -> Iterator[np.ndarray]:
    import av

    count = 0
    try:
        for frame in container.decode(stream):
            # FFmpeg gives the rotation that makes the frame upright, counter-clockwise, as numpy's rot90.
            image = np.rot90(frame.to_ndarray(format="rgb24"), k=round(frame.rotation / 90) % 4)
            yield np.ascontiguousarray(image)
            count += 1
    except av.error.FFmpegError as error:
        if count == 0:
            raise DataFormatError(f"{path}: no frame can be decoded ({error.strerror})", _HINT) from None
        logger.warning(
            "%s breaks off after frame %d (%s); the frames before it are used", path, count, error.strerror
        )
