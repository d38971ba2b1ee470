"""A video to detections: decode and detect, on all cores."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.detect.base import Detection, TimedImage
from poselift.detect.times import frame_times
from poselift.errors import NoPersonError
from poselift.threads import usable_cores, worked_on_in_runs

if TYPE_CHECKING:
    from poselift.detect.base import Detector
    from poselift.detect.frames import Frame, VideoInfo
    from poselift.detect.picture import Picture
    from poselift.skeleton import Skeleton

# A run is as long as this, or as fits into so many bytes: results must not depend on the number of cores.
_RUN_FRAMES, _RUN_BYTES = 16, 100_000_000
# So many frames are decoded before they are needed; more would only take memory.
_AHEAD = 4


class SeenFrame(NamedTuple):
    """One frame of a video, and who is in it.

    Attributes:
        time_s: when it was taken, from the first frame on.
        found: everybody in it.
        kept: what was kept of its picture.
    """

    time_s: float
    found: list[Detection]
    kept: Any = None


def detect_video(
    path: Path | str, detector: Detector, *, on_frame: Callable[[int], None] = lambda done: None
) -> Detections:
    """Everybody in every frame of a video, in 2D.

    Args:
        on_frame: called with the number of frames done.

    Raises:
        DataFormatError: the video cannot be read.
        NoPersonError: no frame shows a person.
        MissingExtraError: PyAV is not installed.
    """
    from poselift.detect.frames import video_info

    info = video_info(path)
    seen = []
    # An error of the detector, or Ctrl-C, must end the threads at once.
    with closing(seen_frames(path, info, detector)) as frames:
        for frame in frames:
            seen.append(frame)
            on_frame(len(seen))
    return detections_of(path, info, seen, detector.skeleton)


def seen_frames(
    path: Path | str, info: VideoInfo, detector: Detector, kept: Callable[[Picture], Any] | None = None
) -> Generator[SeenFrame, None, None]:
    """Frames of a video in order, each with everybody in it.

    One thread decodes, and as many as there are cores detect, each in a run of consecutive frames of its own. Only
    few runs are held at a time.

    Args:
        kept: what is kept of each picture; asked by the threads that detect.
    """
    from poselift.detect.frames import timed_frames

    def seen(run: Iterator[_Timed]) -> list[SeenFrame]:
        times, remains = [], []

        def images() -> Iterator[TimedImage]:
            for (picture, *_), time_s in run:
                times.append(time_s)
                remains.append(kept and kept(picture))
                image = picture.rgb()
                del picture  # nobody needs it as it was decoded any more
                yield TimedImage(image, time_s)

        found = list(detector.detect(images()))
        return [SeenFrame(*frame) for frame in zip(times, found, remains, strict=True)]

    threads = min(usable_cores(), detector.most_at_once)
    timed = _with_times(timed_frames(path), info, path)
    runs = worked_on_in_runs(seen, timed, _ends_run, threads=threads, waiting=(threads - 1) * _RUN_FRAMES + _AHEAD)
    with closing(runs):
        for run in runs:
            yield from run


def _ends_run(length: int, timed: _Timed) -> bool:
    return length == _RUN_FRAMES or length * timed.frame.picture.nbytes >= _RUN_BYTES


def detections_of(path: Path | str, info: VideoInfo, seen: Sequence[SeenFrame], skeleton: Skeleton) -> Detections:
    """What was seen in all frames of a video.

    Raises:
        NoPersonError: no frame shows a person.
    """
    if not any(frame.found for frame in seen):
        raise NoPersonError(
            f"{path}: no person found in {len(seen)} frames",
            "the person should be most of the picture's height; cut or enlarge the video",
        )
    footage = Footage(
        np.array([frame.time_s for frame in seen]),
        size_px=info.size_px,
        source=Path(path).name.encode(errors="replace").decode(),  # what is no text in it becomes "?"
        fps=info.fps,
    )
    return Detections.of(footage, skeleton, [frame.found for frame in seen])


class _Timed(NamedTuple):
    frame: Frame
    time_s: float


def _with_times(
    frames: Generator[Frame, None, None], info: VideoInfo, path: Path | str
) -> Generator[_Timed, None, None]:
    waiting: deque[Frame] = deque()

    def shown() -> Iterator[float]:
        for frame in frames:
            waiting.append(frame)
            yield frame.shown_s

    with closing(frames):
        for time_s in frame_times(shown(), info.fps, info.tick_s, path):
            yield _Timed(waiting.popleft(), time_s)
