"""A video to detections: decode and detect."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.detect.times import frame_times
from poselift.errors import NoPersonError
from poselift.threads import made_ahead

if TYPE_CHECKING:
    from poselift.detect.base import Detection, Detector


def detect_video(
    path: Path | str, detector: Detector, *, on_frame: Callable[[int], None] = lambda done: None
) -> Detections:
    """Everybody in every frame of a video, in 2D. Frames are decoded in a thread of their own meanwhile.

    Args:
        on_frame: called with the number of frames done.

    Raises:
        DataFormatError: the video cannot be read.
        NoPersonError: no frame shows a person.
        MissingExtraError: PyAV is not installed.
    """
    from poselift.detect.frames import timed_frames, video_info

    info = video_info(path)
    found: list[list[Detection]] = []
    shown_s: list[float] = []
    time_s = -1 / info.fps
    # An error of the detector, or Ctrl-C, must end the thread at once.
    with closing(made_ahead(timed_frames(path))) as frames:
        for picture, shown, _ in frames:
            shown_s.append(shown)
            # A detector wants times that rise, whatever the file says.
            since_first_s = shown - shown_s[0]
            time_s = since_first_s if since_first_s > time_s else time_s + 1 / info.fps
            found.append(detector.detect(picture.rgb(), time_s))
            on_frame(len(found))
    if not any(found):
        raise NoPersonError(
            f"{path}: no person found in {len(found)} frames",
            "the person should be most of the picture's height; cut or enlarge the video",
        )
    footage = Footage(
        frame_times(shown_s, info.fps, info.tick_s, path),
        size_px=info.size_px,
        source=Path(path).name.encode(errors="replace").decode(),  # what is no text in it becomes "?"
        fps=info.fps,
    )
    return Detections.of(footage, detector.skeleton, found)
