"""A video to a 3D clip: decode, detect, mend, lift, smooth."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from poselift.data.clip import Clip
from poselift.errors import NoPersonError, ShapeError
from poselift.lifting.gaps import gaps_filled
from poselift.lifting.sides import sides_kept
from poselift.lifting.smooth import smoothed
from poselift.threads import made_ahead
from poselift.tracking.main_person import MainPerson

if TYPE_CHECKING:
    from poselift.detect.base import Detection, Detector
    from poselift.geometry.camera import Camera
    from poselift.lifting.lifter import Lifter

MAX_GAP_S = 0.5
SMOOTHING_S = 0.04


def lift_video(
    path: Path | str,
    *,
    lifter: Lifter | None = None,
    detector: Detector | None = None,
    camera: Camera | None = None,
    max_gap_s: float = MAX_GAP_S,
    smoothing_s: float = SMOOTHING_S,
    on_frame: Callable[[int], None] = lambda done: None,
) -> Clip:
    """Lift the main person of a video; the parts are `detect_video` and `lift_detected`.

    Args:
        lifter: default: the model that comes with the package.
        detector: default: MediaPipe.
        camera: default: one of a guessed field of view.
        max_gap_s, smoothing_s: see `lift_detected`.
        on_frame: called with the number of frames done.

    Raises:
        DataFormatError: the video cannot be read.
        NoPersonError: no frame shows a person.
        ShapeError: a time is negative or not finite.
        MissingExtraError: PyAV or the default detector is not installed.
    """
    for name, seconds in (("max_gap_s", max_gap_s), ("smoothing_s", smoothing_s)):
        if not (np.isfinite(seconds) and seconds >= 0):  # detection takes long; complain before
            raise ShapeError(f"{name}: expected 0 or more seconds, got {seconds}")
    from poselift.detect.mediapipe import MediaPipeDetector
    from poselift.lifting.lifter import Lifter

    lifter = lifter or Lifter()
    if detector is not None:
        detected = detect_video(path, detector, on_frame=on_frame)
    else:
        with MediaPipeDetector() as default:
            detected = detect_video(path, default, on_frame=on_frame)
    if camera is not None:
        detected = detected.replaced(camera=camera)
    return lift_detected(detected, lifter, max_gap_s=max_gap_s, smoothing_s=smoothing_s)


def lift_detected(
    clip: Clip, lifter: Lifter, *, max_gap_s: float = MAX_GAP_S, smoothing_s: float = SMOOTHING_S
) -> Clip:
    """Lift 2D detections: exchanged sides mended, short gaps filled, lifted, smoothed.

    Args:
        max_gap_s: longest gap that is filled; see `lifting.gaps`.
        smoothing_s: standard deviation of the smoothing over time; see `lifting.smooth`.

    Raises:
        ShapeError: a time is negative, or the clip's arrays cannot be lifted (see `Lifter.lift`).
    """
    return smoothed(lifter.lift(gaps_filled(sides_kept(clip), max_gap_s)), smoothing_s)


def detect_video(
    path: Path | str, detector: Detector, *, on_frame: Callable[[int], None] = lambda done: None
) -> Clip:
    """The 2D joints of a video's main person, see `tracking.main_person`. Frames without this person are invalid.

    Frames are decoded in a thread of their own while the detector works.

    Raises:
        DataFormatError: the video cannot be read.
        NoPersonError: no frame shows a person.
    """
    from poselift.detect.frames import read_frames, video_info

    info = video_info(path)
    main_person = MainPerson(detector.skeleton)
    people: list[Detection | None] = []
    # An error of the detector, or Ctrl-C, must end the thread at once.
    with closing(made_ahead(read_frames(path))) as frames:
        for frame, image in enumerate(frames):
            time_s = frame / info.fps
            people.append(main_person.among(detector.detect(image, time_s), time_s))
            on_frame(frame + 1)
    if not any(people):
        raise NoPersonError(
            f"{path}: no person found in {len(people)} frames",
            "the person should be most of the picture's height; cut or enlarge the video",
        )
    joints = len(detector.skeleton)
    return Clip(
        detector.skeleton,
        info.fps,
        joints_px=np.stack([np.full((joints, 2), np.nan, np.float32) if p is None else p.joints_px for p in people]),
        confidence=np.stack([np.zeros(joints, np.float32) if p is None else p.confidence for p in people]),
        valid=np.array([p is not None for p in people]),
        size_px=info.size_px,
        source=Path(path).name.encode(errors="replace").decode(),  # what is no text in it becomes "?"
    )
