"""A video to 3D, end to end on all cores, beside one thread of its detector, which is what there is to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from poselift.bench.rounds import Contest, Settings, Way
from poselift.detect import DEFAULT_DETECTOR, detector_of
from poselift.detect.base import TimedPicture
from poselift.detect.frames import opened_video, read_frames
from poselift.lifting.lifter import Lifter
from poselift.lifting.video import lift_video

# Of a checkout; the package does not bring it.
CLIP = Path("examples/balance.mp4")
_SMALL_FRAMES = 3


def contests(settings: Settings) -> Iterator[Contest]:
    """The example video; nothing where it is not."""
    if not CLIP.exists():
        return
    with opened_video(CLIP) as video:
        some = islice(video.frames(), _SMALL_FRAMES if settings.small else None)
        frames = [TimedPicture(frame.picture, frame.time_s) for frame in some]
    lifter = Lifter()
    new_detector = detector_of(DEFAULT_DETECTOR)

    def detector_alone() -> None:
        with new_detector() as detector:
            for _ in detector.detect(frames):
                pass

    def decoder_alone() -> None:
        for _ in read_frames(CLIP):
            pass

    ways: dict[str, Way] = {"the detector on one thread, frames in memory": detector_alone}
    if not settings.small:
        ways["decoded to RGB"] = decoder_alone
        ways["decoded, detected, lifted"] = lambda: lift_video(CLIP, lifter=lifter)
    yield Contest(f"{CLIP.name}, {len(frames)} frames to 3D", "frames", len(frames), ways)
