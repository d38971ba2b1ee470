"""A video to a scene in 3D: decode, detect, track, mend, lift, smooth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.geometry.camera import Camera
from poselift.lifting.gaps import gaps_filled
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.lifting.sides import sides_kept
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lookup import look_up
from poselift.tracking import track

if TYPE_CHECKING:
    from poselift.detect.base import Detector
    from poselift.lifting.lifter import Lifter


def lift_video(
    path: Path | str,
    *,
    lifter: Lifter | None = None,
    detector: Detector | None = None,
    camera: Camera | None = None,
    options: LiftOptions = DEFAULTS,
    on_frame: Callable[[int], None] = lambda done: None,
) -> Scene:
    """Lift the main person of a video; the parts are `detect_video`, `track` and `lift_detected`.

    Args:
        lifter: default: the model that comes with the package.
        detector: default: the default one of `detect`.
        camera: default: one of a guessed field of view.
        options: which gaps are filled and how joints are smoothed.
        on_frame: called with the number of frames done.

    Returns:
        A scene, for now of one person, `scene.main`, in all frames; they are invalid where the person was not seen.

    Raises:
        DataFormatError: the video cannot be read.
        NoPersonError: no frame shows a person.
        MissingExtraError: PyAV or the default detector is not installed.

    >>> from poselift import LiftOptions, lift_video
    >>> scene = lift_video("walk.mp4", options=LiftOptions(max_gap_s=0.2))  # doctest: +SKIP
    >>> scene.main.joints_root_mm.shape  # doctest: +SKIP
    (250, 17, 3)
    """
    from poselift.detect import DEFAULT_DETECTOR, DETECTORS
    from poselift.detect.video import detect_video
    from poselift.lifting.lifter import Lifter

    lifter = lifter or Lifter()
    if detector is not None:
        detected = detect_video(path, detector, on_frame=on_frame)
    else:
        with look_up(DETECTORS, DEFAULT_DETECTOR, "detector")() as default:
            detected = detect_video(path, default, on_frame=on_frame)
    size_px = detected.footage.size_px or (0, 0)  # a video has one
    scene = track(detected).with_camera(camera or Camera.guessed(size_px))
    return lift_detected(scene, lifter, options)


def lift_detected(scene: Scene, lifter: Lifter, options: LiftOptions = DEFAULTS) -> Scene:
    """Lift everybody of a scene in 2D: exchanged sides mended, short gaps filled, lifted, smoothed.

    Raises:
        ShapeError, SkeletonError, GeometryError: somebody cannot be lifted, see `Lifter.lift`.
    """
    smoothed = look_up(SMOOTHERS, options.smoothing, "smoothing")

    def lifted(clip: Clip) -> Clip:
        in_3d: Clip = smoothed(lifter.lift(gaps_filled(sides_kept(clip), options.max_gap_s)), options.smoothing_s)
        return in_3d

    return scene.mapped(lifted)
