"""A video to detections: decode and detect, on all cores."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.detect.base import Detection, TimedPicture
from poselift.errors import NoPersonError
from poselift.threads import usable_cores, worked_on_in_runs

if TYPE_CHECKING:
    from poselift.detect.base import Detector
    from poselift.detect.frames import Frame, Video
    from poselift.detect.picture import Picture

# In a run so many frames are looked at, or as fit into so many bytes: results must not depend on the number of cores.
_RUN_FRAMES, _RUN_BYTES = 16, 100_000_000
# So many frames are decoded before they are needed; more would only take memory.
_AHEAD = 4


class SeenFrame(NamedTuple):
    """One frame of a video, and who is in it.

    Attributes:
        time_s: when it was taken, from the first frame on.
        found: everybody in it; None if it was not looked at.
        kept: what was kept of its picture.
    """

    time_s: float
    found: list[Detection] | None
    kept: Any = None


def detect_video(
    path: Path | str,
    detector: Detector,
    *,
    every: int = 1,
    fps: float | None = None,
    on_frame: Callable[[int], None] = lambda done: None,
) -> Detections:
    """Everybody in every frame of a video, in 2D.

    Args:
        path, every, fps: as of `opened_video`. The footage has all frames, whichever are looked at.
        on_frame: called with the number of frames done.

    Raises:
        DataFormatError, RecipeError, MissingExtraError: as for `opened_video`.
        NoPersonError: no frame shows a person.
    """
    from poselift.detect.frames import opened_video

    seen = []
    # An error of the detector, or Ctrl-C, must end the threads at once.
    with opened_video(path, every=every, fps=fps) as video, closing(seen_frames(video, detector)) as frames:
        for frame in frames:
            seen.append(frame)
            on_frame(len(seen))
        return detections_of(video, seen, detector)


def seen_frames(
    video: Video, detector: Detector, kept: Callable[[Picture], Any] | None = None
) -> Generator[SeenFrame, None, None]:
    """Frames of a video in order, each with everybody in it.

    One thread decodes, and as many as there are cores detect, each in a run of consecutive frames of its own. Only
    few runs are held at a time.

    Args:
        kept: what is kept of each picture; asked by the threads that detect.
    """

    def seen(run: Iterator[Frame]) -> list[SeenFrame]:
        times: list[float] = []
        found: list[list[Detection] | None] = []
        shown: list[int] = []
        remains = []

        def pictures() -> Iterator[TimedPicture]:
            for picture, time_s, _, look, stands_in in run:
                times.append(time_s)
                # Who is in a picture that stands in for another need not have stood still: they are missed there.
                found.append([] if look else None)
                remains.append(kept and kept(picture))
                if look and not stands_in:
                    shown.append(len(found) - 1)
                    yield TimedPicture(picture, time_s)

        answers = list(detector.detect(pictures()))
        for number, people in zip(shown, answers, strict=True):
            found[number] = people
        return [SeenFrame(*frame) for frame in zip(times, found, remains, strict=True)]

    threads = min(usable_cores(), detector.most_at_once)
    waiting = (threads - 1) * _RUN_FRAMES + _AHEAD
    runs = worked_on_in_runs(seen, video.frames(), _RunEnds(), threads=threads, waiting=waiting)
    with closing(runs):
        for run in runs:
            yield from run


class _RunEnds:
    """Tells where runs end, of frames that come in order."""

    def __init__(self) -> None:
        self._looked_at = 0

    def __call__(self, length: int, frame: Frame) -> bool:
        """Whether this frame, the n-th of its run, is the last one."""
        self._looked_at = frame.looked_at + (0 if length == 1 else self._looked_at)
        return self._looked_at == _RUN_FRAMES or length * frame.picture.nbytes >= _RUN_BYTES


def detections_of(video: Video, seen: Sequence[SeenFrame], detector: Detector) -> Detections:
    """What was seen in all frames of a video, after the last.

    Raises:
        NoPersonError: no frame shows a person.
    """
    n_looked_at = sum(frame.found is not None for frame in seen)
    if not any(frame.found for frame in seen):
        raise NoPersonError(f"{video.name}: no person found in {n_looked_at} frames")
    notes = video.notes
    if n_looked_at < len(seen):
        notes = (
            *notes,
            f"{n_looked_at} of {len(seen)} frames were looked at; the others are filled in",
        )
    footage = Footage(
        np.array([frame.time_s for frame in seen]),
        size_px=video.info.size_px,
        source=video.title,
        fps=video.info.fps,
        notes=notes,
    )
    footage = footage.noted(*_crowded(seen, detector.most_people))
    return Detections.of(footage, detector.skeleton, [frame.found or [] for frame in seen])


def _crowded(seen: Sequence[SeenFrame], most_people: int) -> Iterator[str]:
    """In which frames there may be more people than were found."""
    full = [number for number, frame in enumerate(seen) if len(frame.found or ()) >= most_people]
    if full:
        where = f"{len(full)} of {len(seen)} frames, {full[0]} to {full[-1]}"
        there = f"{most_people} people, the most that are followed, are in {where}"
        yield f"{there}: others may be left out, and ids may change"
