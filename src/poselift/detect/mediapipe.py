"""Google's MediaPipe pose landmarker (BlazePose, Bazarevsky et al. 2020) through its Tasks API.

MediaPipe contacts its maker, and no setting turns that off; see docs/privacy.md. `detect.blazepose` runs the
same networks and does not.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from jaxtyping import UInt8

from poselift.detect.base import Detection, TimedPicture
from poselift.errors import DataFormatError, ExternalToolError, MissingExtraError, ShapeError
from poselift.skeleton import BLAZEPOSE_33, Skeleton

logger = logging.getLogger(__name__)

_BUNDLE = "pose_landmarker_*.task"

# Two threads that silence stderr at once would restore it in the wrong order.
_SILENCE = threading.Lock()


class MediaPipeDetector:
    """Finds people frame by frame; a context manager. It follows them from frame to frame, and so from run to run.

    Args:
        bundle: a pose landmarker bundle (.task), which poselift does not bring.
        people: how many people to look for. With one, MediaPipe smooths over time, which lags a frame behind and
            smears the limbs where it exchanges left and right for a moment. The default of two keeps it from that,
            for a third of the speed: it searches every frame for the second person.

    Raises:
        DataFormatError: no bundle is named, or it is missing or none.
        MissingExtraError: mediapipe is not installed.
        ShapeError: `people` is less than 1.
    """

    most_at_once = 1

    def __init__(self, bundle: Path | str | None = None, *, people: int = 2) -> None:
        if bundle is None:
            raise DataFormatError("MediaPipe: expected a bundle, got none", f"name one: {_BUNDLE}, as the detector")
        bundle = Path(bundle)
        if people < 1:
            raise ShapeError(f"people: expected at least 1, got {people}")
        if not bundle.is_file():
            raise DataFormatError(f"{bundle}: no such MediaPipe bundle", f"name a {_BUNDLE} file")
        try:
            with _quiet():
                import mediapipe
                from mediapipe.tasks.python import BaseOptions, vision
        except ImportError:
            raise MissingExtraError("mediapipe", "mediapipe") from None
        _warn_once()
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=bundle.read_bytes()),
            running_mode=vision.RunningMode.VIDEO,
            num_poses=people,
        )
        self.most_people = people
        self._mediapipe = mediapipe
        self._last_ms = -1
        self._first = True
        try:
            with _quiet():
                self._landmarker: Any = vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError) as error:
            raise DataFormatError(
                f"{bundle}: not a pose landmarker bundle ({str(error).splitlines()[0]})",
                f"name a {_BUNDLE} file",
            ) from None

    @property
    def skeleton(self) -> Skeleton:
        return BLAZEPOSE_33

    def detect(self, frames: Iterable[TimedPicture]) -> Iterator[list[Detection]]:
        """People in each frame of a run. The confidence is MediaPipe's visibility.

        Raises:
            ExternalToolError: MediaPipe failed, or the detector is closed.
        """
        return (self._people(picture.rgb(), time_s) for picture, time_s in frames)

    def _people(self, frame: UInt8[np.ndarray, "height width 3"], time_s: float) -> list[Detection]:
        if self._landmarker is None:
            raise ExternalToolError("the detector is closed", "use it inside its `with` block")
        height, width = frame.shape[:2]
        # MediaPipe wants whole milliseconds that rise; above 1000 frames/s they would not.
        self._last_ms = max(self._last_ms + 1, round(time_s * 1000))
        image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(frame))
        # Its first frame makes MediaPipe log a warning about non-square regions.
        quiet = _quiet() if self._first else contextlib.nullcontext()
        self._first = False
        try:
            with quiet:
                result = self._landmarker.detect_for_video(image, self._last_ms)
        except (RuntimeError, ValueError) as error:
            raise ExternalToolError(f"MediaPipe failed at {time_s:.3f} s: {str(error).splitlines()[0]}") from None
        size = np.array([width, height], dtype=np.float32)
        return [
            Detection(
                np.array([(p.x, p.y) for p in seen], dtype=np.float32) * size,
                np.clip(np.array([p.visibility for p in seen], dtype=np.float32), 0, 1),
                np.array([(p.x, p.y, p.z) for p in world], dtype=np.float32) * 1000,
            )
            for seen, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
        ]

    def close(self) -> None:
        """Free MediaPipe's graph; left to the garbage collector at exit it would raise. Closing twice is closing."""
        if self._landmarker is not None:
            with _quiet():
                self._landmarker.close()
            self._landmarker = None

    def __enter__(self) -> MediaPipeDetector:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@cache
def _warn_once() -> None:
    logger.warning(
        "MediaPipe contacts its maker (play.googleapis.com) while it runs, and nothing turns that off; "
        "poselift's own detectors do not"
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep MediaPipe's C++ log, which no setting turns off, from the terminal."""
    if sys.stderr is not None:
        sys.stderr.flush()
    with _SILENCE:
        try:
            kept = os.dup(2)
        except OSError:  # no stderr to keep clean
            yield
            return
        try:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
