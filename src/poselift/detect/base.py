"""What a detector is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Float

from poselift.detect.picture import Picture
from poselift.skeleton import Skeleton


class TimedPicture(NamedTuple):
    """One frame for a detector.

    Attributes:
        picture: what it shows: `picture.rgb()` is the upright image (H, W, 3).
        time_s: when it was taken; rises from frame to frame.
    """

    picture: Picture
    time_s: float


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
    """Finds people in runs of consecutive frames. A context manager, because most hold native resources.

    Nothing is remembered from run to run, so that several threads may each work on a run of their own.
    """

    @property
    def skeleton(self) -> Skeleton:
        """What the joints of a detection are."""
        ...

    @property
    def most_at_once(self) -> int:
        """How many runs may be worked on at the same time. With 1 they come one after the other, in order."""
        ...

    @property
    def most_people(self) -> int:
        """How many people it finds in a frame at most; with `sys.maxsize` everybody."""
        ...

    def detect(self, frames: Iterable[TimedPicture]) -> Iterator[list[Detection]]:
        """People in each frame of a run, answered before the next frame is asked for."""
        ...

    def __enter__(self) -> Detector: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
