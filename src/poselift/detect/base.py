"""What a detector is."""

from __future__ import annotations

from types import TracebackType
from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Float, UInt8

from poselift.skeleton import Skeleton


class Detection(NamedTuple):
    """One person in one image.

    Attributes:
        joints_px: (J, 2) pixels, x right, y down; joints outside the image are possible. Meaningless where the
            confidence is 0.
        confidence: (J,) from 0 (missing) to 1.
        joints_root_mm: (J, 3) the detector's own guess of the pose in camera axes, if it has one.
    """

    joints_px: Float[np.ndarray, "joints 2"]
    confidence: Float[np.ndarray, " joints"]
    joints_root_mm: Float[np.ndarray, "joints 3"] | None = None


class Detector(Protocol):
    """Finds people in the frames of one video, in order. A context manager, because most hold native resources."""

    @property
    def skeleton(self) -> Skeleton:
        """What the joints of a detection are."""
        ...

    def detect(self, frame: UInt8[np.ndarray, "height width 3"], time_s: float) -> list[Detection]:
        """People in an RGB frame; `time_s` rises from frame to frame."""
        ...

    def __enter__(self) -> Detector: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
