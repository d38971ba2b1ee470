"""Frames of video files, by PyAV (FFmpeg)."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import UInt8

from poselift.detect.picture import UPRIGHT, Picture, Turn
from poselift.errors import DataFormatError, MissingExtraError

logger = logging.getLogger(__name__)

_HINT = "check that a player can show it, or convert it: ffmpeg -i IN -pix_fmt yuv420p OUT.mp4"
# A video that ends so much earlier than it says was cut; a little less than it says is common.
_CUT_S = 0.3
# Pixels longer or wider than this are a damaged header.
_LONGEST_PIXEL = 4.0


class VideoInfo(NamedTuple):
    """What a video says about itself.

    Attributes:
        size_px: (width, height) as shown, that is with the rotation that phones store and with square pixels.
        fps: frames per second; the average where the rate varies.
        n_frames: how many frames there should be, if the file says so.
        tick_s: times of frames are whole multiples of it, so that much of what they say is rounding; 0 if unknown.
    """

    size_px: tuple[int, int]
    fps: float
    n_frames: int | None
    tick_s: float = 0.0


class Frame(NamedTuple):
    """One frame of a video.

    Attributes:
        picture: what it shows; all of a video have one size.
        shown_s: when the file says that it is shown; NaN where it does not say.
        damaged: the decoder found it damaged, and made something up where it was.
    """

    picture: Picture
    shown_s: float
    damaged: bool = False


def video_info(path: Path | str) -> VideoInfo:
    """Read what a video says about itself, and decode its first frame.

    Raises:
        DataFormatError: there is no such file, it is empty, no video, has no picture, or nothing can be decoded.
        MissingExtraError: PyAV is not installed.
    """
    with _opened(Path(path)) as (container, stream):
        size_px = next(_decoded(Path(path), container, stream)).picture.size_px
        fps = _fps(stream)
        if not fps:
            raise DataFormatError(f"{path}: expected a frame rate, found none", _HINT)
        seconds = _seconds(container, stream)
        n_frames = stream.frames or (round(seconds * fps) if seconds else None)
        return VideoInfo(size_px, fps, n_frames, float(stream.time_base or 0))


def read_frames(path: Path | str) -> Generator[UInt8[np.ndarray, "height width 3"], None, None]:
    """Frames of a video as upright RGB images of one size, one at a time.

    What cannot be decoded is left out. A warning is logged for that, and if the video ends earlier than it says.

    Raises:
        DataFormatError: as for `video_info`.
        MissingExtraError: PyAV is not installed.
    """
    yield from (frame.picture.rgb() for frame in timed_frames(path))


def timed_frames(path: Path | str) -> Generator[Frame, None, None]:
    """The frames of `read_frames` as the decoder gave them, with the times that the file says; see `detect.times`.

    Raises:
        DataFormatError, MissingExtraError: as for `read_frames`.
    """
    with _opened(Path(path)) as (container, stream):
        yield from _decoded(Path(path), container, stream)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its video stream."""
    try:
        import av
    except ImportError:
        raise MissingExtraError("PyAV", "video") from None
    path = Path(path)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise DataFormatError(f"{path}: expected a video file, found {found}", "check the path")
    if path.stat().st_size == 0:
        raise DataFormatError(f"{path}: the file is empty", "copy the video again")
    try:
        # FFmpeg would take the beginning of "12:30.mp4" for a protocol.
        container = av.open(str(path.absolute()))
    except av.error.FFmpegError as error:
        raise DataFormatError(
            f"{path}: not a video that can be read, or cut short ({error.strerror})", _HINT
        ) from None
    with container:
        if container.format.name == "tty":  # FFmpeg draws text files as a terminal would
            raise DataFormatError(f"{path}: expected a video, found text", "check the path")
        yield container, _video_stream(path, container)


def _video_stream(path: Path, container: Any) -> Any:
    from av.stream import Disposition

    # The cover of a song is a video of one frame.
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        kinds = ", ".join(sorted({s.type for s in container.streams if s not in container.streams.video}))
        raise DataFormatError(
            f"{path}: expected a picture, found only {kinds or 'nothing'}", "name a video with a picture"
        )
    stream = moving[0]
    if stream.codec_context is None:
        raise DataFormatError(f"{path}: FFmpeg knows no decoder for this video", _HINT)
    stream.thread_type = "AUTO"
    return stream


def _decoded(path: Path, container: Any, stream: Any) -> Generator[Frame, None, None]:
    import av

    size_px: tuple[int, int] | None = None
    turn = UPRIGHT
    first_s = last_s = np.nan
    damage: list[str | None] = []
    for packet in _packets(path, container, stream):
        try:
            frames = stream.decode(packet)
        except av.error.FFmpegError as error:
            damage.append(error.strerror)
            continue
        for frame in frames:
            if size_px is None:
                size_px, first_s = _size_px(frame, stream), _time_s(frame, stream)
                turn = Turn.of_display_matrix(_display_matrix(frame))
            last_s = _time_s(frame, stream)
            yield Frame(Picture(frame, size_px, turn), last_s, bool(frame.is_corrupt))
    if size_px is None:
        raise DataFormatError(f"{path}: no frame can be decoded{f' ({damage[0]})' if damage else ''}", _HINT)
    if damage:
        logger.warning("%s: %d packets are damaged and left out (%s)", path, len(damage), damage[0])
    seconds, expected_s = last_s - first_s + 1 / (_fps(stream) or np.inf), _seconds(container, stream)
    if last_s > 0 and expected_s and seconds < expected_s - _CUT_S:
        logger.warning("%s: cut short: it ends after %.1f of %.1f s", path, seconds, expected_s)


def _packets(path: Path, container: Any, stream: Any) -> Iterator[Any]:
    """Packets up to the end of what can be read, and at last an empty one or None, which empties the decoder."""
    import av

    try:
        yield from container.demux(stream)
    except av.error.FFmpegError as error:
        logger.warning("%s: cannot be read to its end (%s)", path, error.strerror)
        yield None


def _fps(stream: Any) -> float:
    """Frames per second, 0 where the file does not say."""
    return float(stream.average_rate or stream.guessed_rate or 0)


def _time_s(frame: Any, stream: Any) -> float:
    """When the frame is shown, NaN where the file does not say."""
    if frame.pts is None or not stream.time_base:
        return np.nan
    # Frame.time would fail in some versions of PyAV once the decoder is being emptied.
    return float(frame.pts) * float(stream.time_base)


def _seconds(container: Any, stream: Any) -> float:
    """How long the video should be, 0 where the file does not say."""
    import av

    if stream.duration and stream.time_base:
        return float(stream.duration) * float(stream.time_base)
    return float(container.duration or 0) / float(av.time_base)


def _size_px(frame: Any, stream: Any) -> tuple[int, int]:
    """Width and height of the image as it is stored, made of square pixels."""
    aspect = float(stream.sample_aspect_ratio or 1)
    if not 1 / _LONGEST_PIXEL < aspect < _LONGEST_PIXEL:
        aspect = 1.0
    return round(frame.width * aspect), frame.height


def _display_matrix(frame: Any) -> np.ndarray | None:
    """How the video is to be shown (ISO/IEC 14496-12, 6.2.2).

    Asked once a video: PyAV's side data and its frame hold each other, and pictures would pile up until Python looks
    for such circles.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    return None if matrix is None else np.frombuffer(matrix, dtype=np.int32).copy()
