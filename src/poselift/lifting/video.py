"""A video to a scene in 3D: decode, detect, track, mend, lift, smooth."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from poselift.data.scene import Scene
from poselift.geometry.camera import Camera
from poselift.lifting.detected import lift_mended
from poselift.lifting.in_pieces import LiftingInPieces, exchanged_frames
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.lifting.sides import sides_kept
from poselift.tracking.everybody import scene_of
from poselift.tracking.people import PeopleTracker, SettledFrame
from poselift.tracking.wanted import check_somebody
from poselift.tracking.who import EVERYBODY, Who

if TYPE_CHECKING:
    from poselift.data.detections import Detections
    from poselift.detect.base import Detector
    from poselift.detect.picture import Picture
    from poselift.detect.video import SeenFrame
    from poselift.lifting.lifter import Lifter

logger = logging.getLogger(__name__)


class Watcher(Protocol):
    """Sees a video's frames with their people in 3D, in order, while it is lifted."""

    def kept(self, picture: Picture) -> Any:
        """What of a picture is needed later; several threads ask at once."""
        ...

    def write(self, pictures: list[Any], scene: Scene) -> None:
        """The next frames: what was kept of each, and the people in them."""
        ...


def lift_video(
    path: Path | str,
    *,
    lifter: Lifter | None = None,
    detector: Detector | None = None,
    camera: Camera | None = None,
    options: LiftOptions = DEFAULTS,
    who: Who = EVERYBODY,
    watcher: Watcher | None = None,
    on_frame: Callable[[int], None] = lambda done: None,
) -> Scene:
    """Lift the people of a video; the parts are `detect_video`, `track` and `lift_detected`.

    Args:
        lifter: default: the model that comes with the package.
        detector: default: the default one of `detect`.
        camera: default: one of a guessed field of view.
        options: which gaps are filled and how joints are smoothed.
        who: who of those in the picture is wanted.
        watcher: sees frames and people meanwhile, some seconds after they were decoded; for instance an
            `OverlayWriter`.
        on_frame: called with the number of frames done.

    Returns:
        A scene of everybody, `scene.main` being who is seen most; frames in which somebody was not seen are invalid.

    Raises:
        DataFormatError: the video cannot be read.
        NoPersonError: no frame shows a person, or nobody who is wanted.
        MissingExtraError: PyAV or the default detector is not installed.

    >>> from poselift import LiftOptions, lift_video
    >>> scene = lift_video("walk.mp4", options=LiftOptions(max_gap_s=0.2))  # doctest: +SKIP
    >>> scene.main.joints_root_mm.shape  # doctest: +SKIP
    (250, 17, 3)
    """
    from poselift.detect import DEFAULT_DETECTOR, detector_of
    from poselift.detect.frames import video_info
    from poselift.detect.video import detections_of, seen_frames
    from poselift.lifting.lifter import Lifter

    lifter = lifter or Lifter()
    info = video_info(path)
    camera = camera or Camera.guessed(info.size_px)
    with ExitStack() as stack:
        if detector is None:
            detector = stack.enter_context(detector_of(DEFAULT_DETECTOR)())
        frames = seen_frames(path, info, detector, kept=watcher.kept if watcher else None)
        pieces = LiftingInPieces(lifter, options, detector.skeleton, info.fps, camera)
        followed = _Followed(PeopleTracker(detector.skeleton, info.size_px, who), watcher, pieces)
        # An error, or Ctrl-C, must end the threads at once.
        for frame in stack.enter_context(closing(frames)):
            followed.push(frame)
            on_frame(len(followed.frames))
        detections = detections_of(path, info, followed.frames, detector.skeleton)
        scene = followed.scene(detections).with_camera(camera)
    check_somebody(scene, path, who)
    mended = scene.mapped(sides_kept)
    followed.tell_if_shown_otherwise(scene, mended)
    return lift_mended(mended, lifter, options)


class _Followed:
    """The frames of a video, who is who in them, and what of it the watcher has not seen yet."""

    def __init__(self, tracker: PeopleTracker, watcher: Watcher | None, pieces: LiftingInPieces) -> None:
        self.frames: list[SeenFrame] = []
        self._tracker, self._watcher, self._pieces = tracker, watcher, pieces
        self._settled: list[SettledFrame] = []
        self._kept: deque[Any] = deque()

    def push(self, frame: SeenFrame) -> None:
        """Take the next frame."""
        self.frames.append(frame._replace(kept=None))
        if self._watcher is not None:
            self._kept.append(frame.kept)
        self._settle(self._tracker.push(frame.found, frame.time_s))

    def scene(self, detections: Detections) -> Scene:
        """Everybody in 2D, after the last frame, whose detections are these; the watcher has seen all then."""
        self._settle(self._tracker.finish())
        if self._watcher is not None:
            self._show(self._watcher, self._pieces.finish())
        return scene_of(detections, self._settled, self._tracker.notes)

    def tell_if_shown_otherwise(self, scene: Scene, mended: Scene) -> None:
        """Log a warning where the watcher saw sides that what came later has proved wrong."""
        wrong = exchanged_frames(scene, mended) ^ self._pieces.exchanged if self._watcher is not None else ()
        if wrong:
            logger.warning("left and right are the other way round than what was shown in %d frames", len(wrong))

    def _settle(self, news: Iterable[SettledFrame]) -> None:
        for settled in news:
            self._settled.append(settled)
            if self._watcher is not None:
                time_s, found, _ = self.frames[settled.frame]
                people = {who: found[index] for who, index in settled.people.items()}
                self._show(self._watcher, self._pieces.push(time_s, people))

    def _show(self, watcher: Watcher, scenes: Iterable[Scene]) -> None:
        for scene in scenes:
            watcher.write([self._kept.popleft() for _ in range(len(scene.footage))], scene)
