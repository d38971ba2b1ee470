"""Detectors: images in, 2D keypoints out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from poselift.errors import RecipeError
from poselift.lookup import look_up

if TYPE_CHECKING:
    from poselift.detect.base import Detector

# name -> "module:what makes one without arguments"; imported when used
DETECTORS: dict[str, str] = {
    "blazepose-full": "poselift.detect.blazepose:full",
    "blazepose-lite": "poselift.detect.blazepose:lite",
    "blazepose-heavy": "poselift.detect.blazepose:heavy",
    "mediapipe": "poselift.detect.mediapipe:MediaPipeDetector",
}
DEFAULT_DETECTOR = "blazepose-full"
# ending of a model's file -> "module:what makes one of it"
MODEL_FILES: dict[str, str] = {
    ".onnx": "poselift.detect.blazepose:BlazePose",
    ".task": "poselift.detect.mediapipe:MediaPipeDetector",
}


def detector_of(name: str) -> Callable[[], Detector]:
    """What makes the detector of a name of `DETECTORS`, or of a model's file.

    Raises:
        RecipeError: there is no such detector. What the file holds is looked at when the detector is made.
    """
    ending = Path(name).suffix
    if name not in DETECTORS and ending in MODEL_FILES:
        return partial(look_up(MODEL_FILES, ending, "model file"), Path(name))
    try:
        maker: Callable[[], Detector] = look_up(DETECTORS, name, "detector")
    except RecipeError as error:
        raise RecipeError(str(error), f"{error.hint}; or a file: {', '.join(MODEL_FILES)}") from None
    return maker
