"""What `poselift lift` lifts: people of a video, or of a file of keypoints, and the camera that saw them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.data.keypoints.said import Said
from poselift.data.scene import Scene
from poselift.detect import detector_of
from poselift.detect.frames import opened_video
from poselift.errors import DataFormatError, RecipeError
from poselift.geometry.camera import Camera
from poselift.skeleton import Skeleton, conversion
from poselift.tracking import track
from poselift.tracking.wanted import check_somebody

if TYPE_CHECKING:
    from poselift.lifting.lifter import Lifter
    from poselift.lifting.options import LiftOptions
    from poselift.lifting.video import Watcher
    from poselift.tracking.who import Who

_SIZE = re.compile(r"(\d+)\s*[xX×,]\s*(\d+)")


class Lift(Protocol):
    """Everybody who is wanted in 3D, as of `lift_video`."""

    def __call__(
        self, *, lifter: Lifter, camera: Camera, options: LiftOptions, who: Who, watcher: Watcher | None
    ) -> Scene: ...


class VideoSource:
    """A video, whose people a detector finds."""

    camera: Camera | None = None

    def __init__(self, path: Path, detector: str, every: int = 1, fps: float | None = None) -> None:
        self._new_detector = detector_of(detector)
        self.path, self._open = path, ExitStack()
        self._video = self._open.enter_context(opened_video(path, every=every, fps=fps))
        self.info = self._video.info
        self.size_px: tuple[int, int] | None = self.info.size_px
        self.fps = self.info.fps

    @contextmanager
    def opened(self, skeleton: Skeleton) -> Iterator[Lift]:
        """The way to the video's people in 3D, in joints of `skeleton`. Once: the video is closed afterwards.

        Raises:
            SkeletonError: no conversion from the detector's joints is known.
        """
        from poselift.cli.progress import progress_bar
        from poselift.lifting.video import lift_video

        with self._open, self._new_detector() as detector, progress_bar("lift", self.info.n_frames) as show:
            conversion(detector.skeleton, skeleton)
            yield partial(lift_video, self._video, detector=detector, on_frame=show)


class KeypointSource:
    """A file of keypoints."""

    def __init__(self, path: Path, keypoint_format: str | None, said: Said) -> None:
        self.path, self._detections = path, read_keypoints(path, keypoint_format, said)
        footage = self._detections.footage
        self.size_px, self.camera, self.fps = footage.size_px, footage.camera, footage.fps

    @contextmanager
    def opened(self, skeleton: Skeleton) -> Iterator[Lift]:
        """The way to everybody in 3D, by the file's own ids if it has some; in joints of `skeleton`.

        Raises:
            SkeletonError: no conversion from the file's joints is known.
        """
        from poselift.lifting.detected import lift_detected

        conversion(self._detections.skeleton, skeleton)

        def lift(*, lifter: Lifter, camera: Camera, options: LiftOptions, who: Who, watcher: Watcher | None) -> Scene:
            scene = track(self._detections, "people" if self._detections.track_id is None else "ids", who)
            check_somebody(scene, self.path, who)
            return lift_detected(scene.with_camera(camera), lifter, options)

        yield lift


def source_of(
    path: Path, detector: str, every: int, fps: float | None, about: AboutKeypoints
) -> VideoSource | KeypointSource:
    """What a path is: keypoints, by their format or by what the file holds, or else a video.

    Args:
        fps: of a video as for `opened_video`; of keypoints, how many frames a second there are.

    Raises:
        DataFormatError: it cannot be read.
        RecipeError: there is no such detector, frames cannot be chosen so, or what is said is about something else.
    """
    if not (about.keypoint_format or recognised(path)):
        if what := about.said_options():
            raise RecipeError(f"{path}: expected a file of keypoints for {what}, got a video", "leave it out")
        return VideoSource(path, detector, every, fps)
    if every != 1:
        raise RecipeError(f"{path}: expected a video for --every, got keypoints", "leave it out")
    return KeypointSource(path, about.keypoint_format, about.said(fps))


@dataclass(frozen=True)
class AboutKeypoints:
    """What the user says about a file of keypoints.

    Attributes:
        keypoint_format: a name of `data.keypoints.KEYPOINTS`.
        size: such as 1920x1080.
        video: the video that they are of, which says times and size.
        layout, most_confidence: as for `Said`.
    """

    keypoint_format: str | None = None
    size: str | None = None
    video: Path | None = None
    layout: str | None = None
    most_confidence: float | None = None

    def said_options(self) -> str:
        """The options that were used, for messages."""
        said = {
            "--size": self.size,
            "--video": self.video,
            "--layout": self.layout,
            "--most-confidence": self.most_confidence,
        }
        return ", ".join(name for name, value in said.items() if value is not None)

    def said(self, fps: float | None) -> Said:
        """The same for a reader, the video being read.

        Raises:
            RecipeError: the size is none.
            DataFormatError: the video cannot be read.
            ShapeError, SkeletonError: as for `Said`.
        """
        size_px = None if self.size is None else _size_px(self.size)
        if self.video is None:
            return Said(fps, None, size_px, self.layout, self.most_confidence)
        with opened_video(self.video) as video:
            time_s = None if fps else np.array([frame.time_s for frame in video.frames()])
            rate, size_px = fps or video.info.fps, size_px or video.info.size_px
        return Said(rate, time_s, size_px, self.layout, self.most_confidence)


def _size_px(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise RecipeError(f"--size: expected width and height in pixels, got {text!r}", "--size 1920x1080")
    return int(found[1]), int(found[2])


def chosen_camera(source: VideoSource | KeypointSource, focal_px: float | None, fov_deg: float | None) -> Camera:
    """The camera that the user names, else that of the source, else a guessed one.

    Raises:
        RecipeError: a number cannot be, or both are given.
        DataFormatError: the source does not say the size of its image.
    """
    if focal_px is not None and fov_deg is not None:
        raise RecipeError("expected --focal-px or --fov-deg, got both", "leave one out")
    if focal_px is not None and not 0 < focal_px < math.inf:
        raise RecipeError(f"--focal-px: expected a positive number, got {focal_px:g}", "a guess is --fov-deg 55")
    if fov_deg is not None and not 0 < fov_deg < 180:
        raise RecipeError(f"--fov-deg: expected 0 to 180 degrees, got {fov_deg:g}", "most phones have about 65")
    if focal_px is None and fov_deg is None and source.camera is not None:
        return source.camera
    if source.size_px is None:
        raise DataFormatError(f"{source.path}: does not say the size of its image", "--size 1920x1080")
    if focal_px is not None:
        return Camera(np.full(2, focal_px), np.array(source.size_px) / 2, size_px=source.size_px)
    return Camera.guessed(source.size_px) if fov_deg is None else Camera.guessed(source.size_px, fov_deg=fov_deg)
