"""Detectors: images in, 2D keypoints out."""

from __future__ import annotations

# name -> "module:class", made without arguments by the command line; imported when used
DETECTORS: dict[str, str] = {
    "mediapipe": "poselift.detect.mediapipe:MediaPipeDetector",
}
DEFAULT_DETECTOR = "mediapipe"
