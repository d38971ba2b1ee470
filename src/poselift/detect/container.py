"""The moving picture in a file or a pipe, as FFmpeg (PyAV) opens and decodes it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np

from poselift.detect.damage import Damage
from poselift.detect.interlaced import Decoded
from poselift.detect.sources import PLAYLIST_FORMATS, Source, opened_pipe, refuse_playlist
from poselift.detect.turn import UPRIGHT, Turn
from poselift.errors import DataFormatError, MissingExtraError
from poselift.threads import usable_cores

_HINT = "check that a player can show it, or convert it: ffmpeg -i IN -pix_fmt yuv420p OUT.mp4"
_PIPE_HINT = "an .mp4 with its index at the end cannot be piped: save it to a file, or pipe another format"
# A video that ends so much earlier than it says was cut; a little less than it says is common.
_CUT_S = 0.3
# Pixels longer or wider than this are a damaged header.
_LONGEST_PIXEL = 4.0
# FFmpeg's mark of formats without times (AVFMT_NOTIMESTAMPS). MXF has it and has times; and streams of MPEG-1 and
# MPEG-2 say their rate.
_NO_TIMES, _HAS_TIMES, _SAYS_RATE = 0x80, frozenset({"mxf"}), frozenset({"mpeg1video", "mpeg2video"})


class Stream:
    """One video stream, decoded once from beginning to end.

    Attributes:
        fps: frames per second, the average where the rate varies; 0 where it does not say.
        has_times: it says when its frames are shown.
        n_frames: how many frames there should be, if it says so.
        tick_s: times are whole multiples of it; 0 if unknown.
        aspect: how much wider than high its pixels are.
    """

    def __init__(self, source: Source, container: Any, stream: Any) -> None:
        self._source, self._container, self._stream = source, container, stream
        raw = container.format.flags & _NO_TIMES and container.format.name not in _HAS_TIMES
        self.has_times = not raw
        says_rate = not raw or stream.codec_context.name in _SAYS_RATE
        self.fps = float(stream.average_rate or stream.guessed_rate or 0) if says_rate else 0.0
        seconds = self._expected_s()
        self.n_frames: int | None = stream.frames or (round(seconds * self.fps) or None)
        self.tick_s = float(stream.time_base or 0)
        aspect = float(stream.sample_aspect_ratio or 1)
        self.aspect = aspect if 1 / _LONGEST_PIXEL < aspect < _LONGEST_PIXEL else 1.0
        self._damage = Damage()
        self._first_s = self._end_s = np.nan
        self._broken_off = ""

    def decoded(self) -> Generator[Decoded, None, None]:
        """Its frames, with the times that it says. What cannot be decoded is left out.

        Raises:
            DataFormatError: no frame can be decoded.
        """
        import av

        turn: Turn | None = None
        first_packet: Any = None
        for packet in self._packets():
            first_packet = packet if first_packet is None else first_packet
            try:
                frames = self._stream.decode(packet)
            except av.error.FFmpegError as error:
                self._damage.lose(error.strerror)
                continue
            for frame in frames:
                shown_s = self._time_s(frame.pts)
                if turn is None:
                    turn, self._first_s = _turn(frame), shown_s
                    begins = frame.key_frame and frame.pts == first_packet.pts
                    if not (begins or first_packet.is_keyframe):
                        self._damage.starts_without_key()
                self._end_s = shown_s + self._time_s(frame.duration or 0)
                yield Decoded(frame, shown_s, self._damage.reaches(frame, shown_s), turn)
        if turn is None:
            hint = _PIPE_HINT if self._source.is_pipe else _HINT
            raise DataFormatError(f"{self._source.name}: no frame can be decoded{self._damage.why}", hint)

    def notes(self) -> list[str]:
        """What readers of a result should know of it, after the last frame."""
        return self._damage.notes(self._first_s) + self._ends_early()

    def _ends_early(self) -> list[str]:
        # What lies before the first frame that can be decoded is not missing at the end.
        begins_s = np.fmin(self._first_s, self._time_s(self._stream.start_time))
        seconds, expected_s = self._end_s - begins_s, self._expected_s()
        if self.fps and seconds == seconds:
            seconds = max(seconds, 1 / self.fps)
        if self._end_s > 0 and expected_s and seconds < expected_s - _CUT_S:
            return [f"cut short: ends at {seconds:.1f} of {expected_s:.1f} s"]
        if self._broken_off:
            where = f": ends at {seconds:.1f} s" if seconds == seconds else ""
            return [f"cannot be read to its end ({self._broken_off}){where}"]
        return []

    def _packets(self) -> Iterator[Any]:
        """Packets up to the end of what can be read, and at last an empty one or None, which empties the decoder."""
        import av

        try:
            yield from self._container.demux(self._stream)
        except (av.error.FFmpegError, OSError) as error:
            self._broken_off = error.strerror or str(error)
            yield None

    def _time_s(self, ticks: int | None) -> float:
        """A time of the file, NaN where it is missing."""
        # Frame.time would fail in some versions of PyAV once the decoder is being emptied.
        return (
            float(ticks) * float(self._stream.time_base) if ticks is not None and self._stream.time_base else np.nan
        )

    def _expected_s(self) -> float:
        """How long the video should be, 0 where it does not say."""
        import av

        if not self.has_times:
            return 0.0
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration) * float(self._stream.time_base)
        return float(self._container.duration or 0) / float(av.time_base)


def _turn(frame: Any) -> Turn:
    """How the video is to be shown (ISO/IEC 14496-12, 6.2.2).

    Asked once a video: PyAV's side data and its frame hold each other, and pictures would pile up until Python looks
    for such circles.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    return UPRIGHT if matrix is None else Turn.of_display_matrix(np.frombuffer(matrix, dtype=np.int32).copy())


@contextmanager
def opened_stream(source: Source) -> Iterator[Stream]:
    """The moving picture of a file or a pipe.

    Raises:
        DataFormatError: it is no video, has no picture, names other files, or nothing comes through the pipe.
        MissingExtraError: PyAV is not installed.
    """
    if source.is_pipe:
        with opened_pipe(source) as pipe, opened_container(source, _Reads(pipe)) as container:
            yield Stream(source, container, _video_stream(source, container))
        return
    assert source.path is not None
    with open(source.path, "rb") as file:
        refuse_playlist(source.name, file.read(1024))
    with opened_container(source) as container:
        yield Stream(source, container, _video_stream(source, container))


class _Reads:
    """Only what comes next can be read, and as soon as some of it is there."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.read = getattr(pipe, "read1", pipe.read)


@contextmanager
def opened_container(source: Source, file: Any = None) -> Iterator[Any]:
    """FFmpeg's container of a source, or of what can be read from `file`; it opens nothing else.

    Raises:
        DataFormatError: it is no video that FFmpeg can read.
        MissingExtraError: PyAV is not installed.
    """
    try:
        import av
    except ImportError:
        raise MissingExtraError("PyAV", "video") from None
    # FFmpeg would take the beginning of "12:30.mp4" for a protocol. Whatever a file names, only files may be opened,
    # and none if its bytes are given; what names files at all is refused.
    where: Any = file or str(source.path.absolute() if source.path else "")
    try:
        container = av.open(where, options={"protocol_whitelist": "none" if file else "file"})
    except (av.error.FFmpegError, OSError) as error:
        raise DataFormatError(
            f"{source.name}: not a video that can be read, or cut short ({error.strerror})",
            _PIPE_HINT if source.is_pipe else _HINT,
        ) from None
    with container:
        names = set(container.format.name.split(","))
        if "tty" in names:  # FFmpeg draws text files as a terminal would
            raise DataFormatError(f"{source.name}: expected a video, found text", "check the path")
        if names & PLAYLIST_FORMATS:
            raise DataFormatError(
                f"{source.name}: expected a video, found what names other files ({container.format.name})",
                "name the video itself",
            )
        yield container


def _video_stream(source: Source, container: Any) -> Any:
    from av.stream import Disposition

    # The cover of a song is a video of one frame.
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        kinds = ", ".join(sorted({s.type for s in container.streams if s not in container.streams.video}))
        raise DataFormatError(
            f"{source.name}: expected a picture, found only {kinds or 'nothing'}", "name a video with a picture"
        )
    stream = moving[0]
    if stream.codec_context is None:
        raise DataFormatError(f"{source.name}: FFmpeg knows no decoder for this video", _HINT)
    # Each of its threads holds frames of its own; the other cores are busy with what is in them.
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = max(1, usable_cores() // 2)
    return stream
