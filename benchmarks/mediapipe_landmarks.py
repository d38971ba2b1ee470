"""MediaPipe's pose landmarks of a video, in the image and in its own 3D."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from poselift.data.clip import Clip
from poselift.detect.base import TimedPicture
from poselift.detect.frames import read_frames, video_info
from poselift.detect.mediapipe import MediaPipeDetector
from poselift.detect.picture import Picture
from poselift.errors import NoPersonError

BUNDLE = Path(__file__).parent / "models" / "pose_landmarker_full.task"


@dataclass(frozen=True)
class Landmarks:
    """The first person of each frame.

    Attributes:
        clip: the landmarks in the image, BlazePose-33.
        joints_root_mm: (F, 33, 3) the world landmarks: camera axes, relative to the middle of the hips.
    """

    clip: Clip
    joints_root_mm: np.ndarray


def landmarks_of(video: Path, bundle: Path = BUNDLE, *, people: int = 2) -> Landmarks:
    """Detect in every frame of a video; asked for one person, MediaPipe smooths over time.

    Raises:
        DataFormatError: the video or the bundle cannot be read.
        NoPersonError: a frame has no person.
    """
    info = video_info(video)
    seen = []
    with MediaPipeDetector(bundle, people=people) as detector:
        pictures = map(Picture.of, read_frames(video))
        frames = (TimedPicture(picture, number / info.fps) for number, picture in enumerate(pictures))
        for number, found in enumerate(detector.detect(frames)):
            if not found:
                raise NoPersonError(f"{video}: nobody found in frame {number}", "try another bundle")
            seen.append(found[0])
    joints_px, confidence, joints_root_mm = (np.stack(part) for part in zip(*seen, strict=True))
    clip = Clip(detector.skeleton, info.fps, joints_px=joints_px, confidence=confidence, size_px=info.size_px)
    return Landmarks(clip, joints_root_mm)
