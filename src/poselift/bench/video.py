"""A video to 3D, end to end, beside its detector alone: the detector should be all there is to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from poselift.bench.rounds import Contest, Settings
from poselift.detect.base import TimedImage
from poselift.detect.frames import read_frames, video_info
from poselift.detect.mediapipe import MediaPipeDetector
from poselift.detect.video import detect_video
from poselift.lifting.detected import lift_detected
from poselift.lifting.lifter import Lifter
from poselift.tracking import track

# Of a checkout; the package does not bring it.
CLIP = Path("examples/balance.mp4")
_SMALL_FRAMES = 3


def contests(settings: Settings) -> Iterator[Contest]:
    """The example video; nothing where it is not."""
    if not CLIP.exists():
        return
    frames = list(islice(read_frames(CLIP), _SMALL_FRAMES if settings.small else None))
    fps, lifter = video_info(CLIP).fps, Lifter()

    def detector_alone() -> None:
        with MediaPipeDetector() as detector:
            for _ in detector.detect(TimedImage(frame, number / fps) for number, frame in enumerate(frames)):
                pass

    def end_to_end() -> None:
        with MediaPipeDetector() as detector:
            lift_detected(track(detect_video(CLIP, detector)), lifter)

    ways = {"the detector alone, frames in memory": detector_alone}
    if not settings.small:
        ways["decoded, detected, lifted"] = end_to_end
    yield Contest(f"{CLIP.name}, {len(frames)} frames to 3D", "frames", len(frames), ways)
