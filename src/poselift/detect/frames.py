"""Frames of videos, by PyAV (FFmpeg)."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

import numpy as np
from jaxtyping import UInt8

from poselift.detect.container import Stream, opened_stream
from poselift.detect.images import Images
from poselift.detect.interlaced import Decoded, deinterlaced
from poselift.detect.looks import check_looks, looked_at
from poselift.detect.picture import Picture
from poselift.detect.sources import Source, located
from poselift.detect.times import frame_times
from poselift.detect.tone import HLG, PQ
from poselift.errors import RecipeError

T = TypeVar("T")
R = TypeVar("R")
logger = logging.getLogger(__name__)

# What is assumed of a source that does not say when its frames were taken.
_ASSUMED_FPS = 25.0
# A rate above this is believed only if the times of the first frames say so too.
_FASTEST_FPS, _FIRST_FRAMES = 250.0, 9
_HDR = {PQ: "PQ", HLG: "HLG"}


class VideoInfo(NamedTuple):
    """What a video says about itself.

    Attributes:
        size_px: (width, height) as shown, that is with the rotation that phones store and with square pixels.
        fps: frames per second; the average where the rate varies.
        n_frames: how many frames there should be, if it says so.
    """

    size_px: tuple[int, int]
    fps: float
    n_frames: int | None


class Frame(NamedTuple):
    """One frame of a video.

    Attributes:
        picture: what it shows; all of a video have one size.
        time_s: when it was taken, from the first frame on; see `detect.times`.
        damaged: part of what it shows is made up, because of damage here or before.
        looked_at: whether people are to be found in it.
        stands_in: it is another frame, once more, because this one cannot be read.
    """

    picture: Picture
    time_s: float
    damaged: bool = False
    looked_at: bool = True
    stands_in: bool = False


class Video:
    """A video that is read once, from beginning to end; made by `opened_video`.

    Attributes:
        name: as the user wrote it, for messages.
        title: its name for people, without folders.
        info: what it says about itself, and the size of its first frame.
    """

    def __init__(self, source: Source, stream: Stream | Images, every: int, fps: float | None) -> None:
        self.name, self.title = source.name, source.title
        self._stream, self._every = stream, every
        self._notes: list[str] = []
        self._decoded: Generator[Decoded, None, None] = stream.decoded()
        begin = next(self._decoded)
        # Without times, a rate says how fast it was filmed; otherwise how often it is looked at.
        self._looks_fps = fps if stream.has_times else None
        filmed_fps, begins = self._rate(begin, fps)
        self._begin_and_rest = chain(begins, self._decoded)
        size_px = round(begin.frame.width * stream.aspect), begin.frame.height
        self._stored_px = size_px
        self.info = VideoInfo(begin.turn.size_px(size_px), filmed_fps, stream.n_frames)

    @property
    def notes(self) -> tuple[str, ...]:
        """What readers of a result should know of it; complete after the last frame."""
        return tuple(self._notes)

    @property
    def looks_s(self) -> float:
        """How long it is at most from a frame that is looked at to the next one, if the rate is constant."""
        step_s = 1 / self.info.fps
        return self._every * step_s if self._looks_fps is None else max(step_s, 1 / self._looks_fps + step_s)

    def frames(self) -> Generator[Frame, None, None]:
        """The frames, as the decoder gave them. To be asked for once.

        What cannot be decoded is left out. A warning is logged for that, and if the video ends earlier than it says.

        Raises:
            DataFormatError: a frame or the next cannot be decoded at all.
        """
        with closing(self._decoded):
            timed = _answered(deinterlaced(self._noticed()), self._times)
            for (decoded, time_s), look in _answered(timed, self._looks):
                picture = Picture(decoded.frame, self._stored_px, decoded.turn, self._stream.aspect)
                yield Frame(picture, time_s, decoded.damaged, look, decoded.stands_in)
        for note in self._stream.notes():
            self._warn(note)

    def _rate(self, first: Decoded, fps: float | None) -> tuple[float, list[Decoded]]:
        """How many frames a second were filmed, and the frames that had to be decoded to know."""
        said, begins = self._stream.fps, [first]
        if self._stream.has_times and (not said or said > _FASTEST_FPS):
            begins += [decoded for decoded, _ in zip(self._decoded, range(_FIRST_FRAMES - 1), strict=False)]
            steps = np.diff([decoded.shown_s for decoded in begins])
            if len(steps) and (steps > 0).all():
                said = float(1 / median(steps.tolist()))
        if not self._stream.has_times and fps is not None:
            return fps, begins
        if not said:
            said = _ASSUMED_FPS
            if self._stream.n_frames != 1:
                self._warn(f"does not say how many frames a second were filmed: {said:g} assumed, see --fps")
        return said, begins

    def _noticed(self) -> Iterator[Decoded]:
        """The frames, whatever is odd about them being noted."""
        first: tuple[int, int] | None = None
        resized = False
        for number, decoded in enumerate(self._begin_and_rest):
            frame = decoded.frame
            if first is None and frame.color_trc in _HDR:
                self._note(f"high dynamic range ({_HDR[frame.color_trc]}): colours are shown approximately")
            if frame.interlaced_frame:
                self._note("interlaced: half of each frame's lines were taken later, and are made up for")
            first = first or (frame.width, frame.height)
            if not resized and first != (frame.width, frame.height):
                width, height = self.info.size_px
                self._warn(f"the size of its frames changes at frame {number}: they are fitted to {width}x{height}")
                resized = True
            yield decoded

    def _times(self, frames: Iterable[Decoded]) -> Iterator[float]:
        if not self._stream.has_times:
            return (number / self.info.fps for number, _ in enumerate(frames))
        shown_s = (decoded.shown_s for decoded in frames)
        return frame_times(shown_s, self.info.fps, self._stream.tick_s, self._warn)

    def _looks(self, timed: Iterable[tuple[Decoded, float]]) -> Iterator[bool]:
        return looked_at((time_s for _, time_s in timed), self._every, self._looks_fps)

    def _note(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)

    def _warn(self, note: str) -> None:
        self._note(note)
        # Whoever shows warnings and notes can tell that these are one.
        logger.warning("%s: %s", self.name, note, extra={"note": note})


def _answered(items: Iterable[T], answers: Callable[[Iterator[T]], Iterator[R]]) -> Iterator[tuple[T, R]]:
    """Each item with the answer to it, which may need some of the next; no more are held."""
    waiting: deque[T] = deque()

    def asked() -> Iterator[T]:
        for item in items:
            waiting.append(item)
            yield item

    for answer in answers(asked()):
        yield waiting.popleft(), answer


@contextmanager
def opened_video(source: Path | str, *, every: int = 1, fps: float | None = None) -> Iterator[Video]:
    """Open a video, and decode its first frame.

    Args:
        source: a file; `-` for what is piped in; a folder of images, or a pattern such as `frames/*.png` or
            `img_%04d.jpg`.
        every: look at every so many frames.
        fps: look at so many frames a second; of a source without times (images, raw streams), how many were filmed.

    Raises:
        DataFormatError: there is no such file, it is empty, no video, has no picture, or nothing can be decoded.
        RecipeError: `every` or `fps` cannot be, or both say how often it is looked at.
        MissingExtraError: PyAV is not installed.
    """
    check_looks(every, fps)
    located_source = located(source)
    with _stream_of(located_source) as stream:
        if stream.has_times and fps is not None and every != 1:
            raise RecipeError(f"{source}: expected --every or --fps, got both", "leave one out")
        yield Video(located_source, stream, every, fps)


@contextmanager
def _stream_of(source: Source) -> Iterator[Stream | Images]:
    if not source.images:
        with opened_stream(source) as stream:
            yield stream
        return
    yield Images(source)


def video_info(source: Path | str) -> VideoInfo:
    """Read what a video says about itself, and decode its first frame.

    Raises:
        DataFormatError, MissingExtraError: as for `opened_video`.
    """
    with opened_video(source) as video:
        return video.info


def read_frames(source: Path | str) -> Generator[UInt8[np.ndarray, "height width 3"], None, None]:
    """Frames of a video as upright RGB images of one size, one at a time.

    What cannot be decoded is left out. A warning is logged for that, and if the video ends earlier than it says.

    Raises:
        DataFormatError, MissingExtraError: as for `opened_video`.
    """
    with opened_video(source) as video:
        for frame in video.frames():
            yield frame.picture.rgb()
