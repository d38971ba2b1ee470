"""A video to a scene in 3D: decode, detect, track, mend, lift, smooth."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from jaxtyping import Bool

from poselift.data.scene import Scene
from poselift.geometry.camera import Camera
from poselift.lifting.detected import lift_mended, mended
from poselift.lifting.gaps import skipped_filled
from poselift.lifting.in_pieces import LiftingInPieces, exchanged_frames
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.tracking.everybody import scene_of
from poselift.tracking.people import PeopleTracker, SettledFrame
from poselift.tracking.wanted import check_somebody
from poselift.tracking.who import EVERYBODY, Who

if TYPE_CHECKING:
    from poselift.detect.base import Detector
    from poselift.detect.frames import Video
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
    path: Path | str | Video,
    *,
    lifter: Lifter | None = None,
    detector: Detector | None = None,
    camera: Camera | None = None,
    options: LiftOptions = DEFAULTS,
    who: Who = EVERYBODY,
    every: int = 1,
    fps: float | None = None,
    watcher: Watcher | None = None,
    on_frame: Callable[[int], None] = lambda done: None,
) -> Scene:
    """Lift the people of a video; the parts are `detect_video`, `track` and `lift_detected`.

    Args:
        path: a file; `-` for what is piped in; a folder of images, or a pattern such as `frames/*.png` or
            `img_%04d.jpg`; or a video of `opened_video`.
        lifter: default: by the model that comes with the package, of as many frames a second.
        detector: default: the default one of `detect`.
        camera: default: one of a guessed field of view.
        options: which gaps are filled and how joints are smoothed.
        who: who of those in the picture is wanted.
        every: look at every so many frames; the others are filled and flagged, however long it is between two.
        fps: or look at so many frames a second; of a source without times, how many were filmed.
        watcher: sees frames and people meanwhile, some seconds after they were decoded; for instance an
            `OverlayWriter`.
        on_frame: called with the number of frames done.

    Returns:
        A scene of everybody, `scene.main` being who is seen most; frames in which somebody was not seen are invalid.

    Raises:
        DataFormatError: the video cannot be read.
        RecipeError: `every` or `fps` cannot be.
        NoPersonError: no frame shows a person, or nobody who is wanted.
        MissingExtraError: PyAV or the default detector is not installed.

    >>> from poselift import LiftOptions, lift_video
    >>> scene = lift_video("walk.mp4", options=LiftOptions(max_gap_s=0.2))  # doctest: +SKIP
    >>> scene.main.joints_root_mm.shape  # doctest: +SKIP
    (250, 21, 3)
    """
    from poselift.detect import DEFAULT_DETECTOR, detector_of
    from poselift.detect.frames import Video, opened_video
    from poselift.lifting.lifter import default_lifter

    with ExitStack() as stack:
        video = path if isinstance(path, Video) else stack.enter_context(opened_video(path, every=every, fps=fps))
        camera, lifter = camera or Camera.guessed(video.info.size_px), lifter or default_lifter(video.info.fps)
        if detector is None:
            detector = stack.enter_context(detector_of(DEFAULT_DETECTOR)())
        pieces = LiftingInPieces(lifter, options, detector.skeleton, video.info.fps, camera, video.looks_s)
        followed = _Followed(PeopleTracker(detector.skeleton, video.info.size_px, who), watcher, pieces)
        scene = followed.people(video, detector, on_frame).with_camera(camera)
    check_somebody(scene, video.name, who)
    right = scene.mapped(mended)
    followed.tell_if_shown_otherwise(scene, right)
    return lift_mended(skipped_filled(right, followed.looked_at), lifter, options)


class _Followed:
    """The frames of a video, who is who in them, and what of it the watcher has not seen yet."""

    def __init__(self, tracker: PeopleTracker, watcher: Watcher | None, pieces: LiftingInPieces) -> None:
        self._frames: list[SeenFrame] = []
        self._tracker, self._watcher, self._pieces = tracker, watcher, pieces
        self._settled: list[SettledFrame] = []
        self._kept: deque[Any] = deque()

    def people(self, video: Video, detector: Detector, on_frame: Callable[[int], None]) -> Scene:
        """Everybody in 2D; the watcher has seen all then."""
        from poselift.detect.video import detections_of, seen_frames

        kept = self._watcher.kept if self._watcher is not None else None
        # An error, or Ctrl-C, must end the threads at once.
        with closing(seen_frames(video, detector, kept)) as frames:
            for frame in frames:
                self._push(frame)
                on_frame(len(self._frames))
        detections = detections_of(video, self._frames, detector)
        self._settle(self._tracker.finish())
        if self._watcher is not None:
            self._show(self._watcher, self._pieces.finish())
        return scene_of(detections, self._settled, self._tracker.notes)

    def _push(self, frame: SeenFrame) -> None:
        self._frames.append(frame._replace(kept=None))
        if self._watcher is not None:
            self._kept.append(frame.kept)
        self._settle(self._tracker.push(frame.found, frame.time_s))

    @property
    def looked_at(self) -> Bool[np.ndarray, " frames"]:
        """Which frames were looked at."""
        return np.array([frame.found is not None for frame in self._frames])

    def tell_if_shown_otherwise(self, scene: Scene, right: Scene) -> None:
        """Log a warning where the watcher saw sides that what came later has proved wrong."""
        wrong = exchanged_frames(scene, right) ^ self._pieces.exchanged if self._watcher is not None else ()
        if wrong:
            logger.warning("left and right are the other way round than what was shown in %d frames", len(wrong))

    def _settle(self, news: Iterable[SettledFrame]) -> None:
        for settled in news:
            self._settled.append(settled)
            if self._watcher is not None:
                time_s, found, _ = self._frames[settled.frame]
                people = None if found is None else {who: found[n] for who, n in settled.people.items()}
                self._show(self._watcher, self._pieces.push(time_s, people))

    def _show(self, watcher: Watcher, scenes: Iterable[Scene]) -> None:
        for scene in scenes:
            watcher.write([self._kept.popleft() for _ in range(len(scene.footage))], scene)
