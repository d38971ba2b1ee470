"""What a user says about a file of keypoints because the file does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.data.footage import Footage, checked_fps, checked_size
from poselift.errors import DataFormatError, ShapeError
from poselift.skeleton import Skeleton, get_skeleton


@dataclass(frozen=True, eq=False)
class Said:
    """Checked on construction. What is said counts more than what a file says itself.

    Attributes:
        fps: frames per second.
        time_s: or when each frame was taken, as the video says it; frames of a file may be fewer.
        size_px: (width, height) of the image.
        layout: the name of a skeleton, where a number of joints may mean several.
        most_confidence: what a confidence of 1 is called in the file: 100 for percent, or the largest score.

    Raises:
        ShapeError: a number that cannot be.
        SkeletonError: no skeleton has that name.

    >>> Said(fps=30, size_px=(1920, 1080)).footage("walk.csv", 3).time_s.round(3).tolist()
    [0.0, 0.033, 0.067]
    """

    fps: float | None = None
    time_s: Float[np.ndarray, " frames"] | None = None
    size_px: tuple[int, int] | None = None
    layout: str | None = None
    most_confidence: float | None = None

    def __post_init__(self) -> None:
        if self.fps is not None:
            checked_fps(self.fps)
        checked_size(self.size_px)
        if self.layout is not None:
            get_skeleton(self.layout)
        if self.most_confidence is not None and not (np.isfinite(self.most_confidence) and self.most_confidence > 0):
            raise ShapeError(f"most_confidence: expected a positive number, got {self.most_confidence:g}")

    @property
    def skeleton(self) -> Skeleton | None:
        """The skeleton that is said."""
        return None if self.layout is None else get_skeleton(self.layout)

    def footage(
        self,
        path: Path | str,
        n_frames: int,
        *,
        fps: float | None = None,
        time_s: Float[np.ndarray, " frames"] | None = None,
        size_px: tuple[int, int] | None = None,
    ) -> Footage:
        """The footage of a file.

        Args:
            path: of the file, for errors; its name is the source of the footage.
            n_frames: the last frame that it names, and one.
            fps, time_s, size_px: what the file itself says.

        Raises:
            DataFormatError: nobody says a frame rate; or the video has fewer frames than the file.
            ShapeError: a number that cannot be.
        """
        size_px, source = self.size_px or size_px, Path(path).name
        if self.time_s is not None:
            if n_frames > len(self.time_s):
                raise DataFormatError(
                    f"{path}: expected frames of the video, which has {len(self.time_s)}, found {n_frames}",
                    "is it of another video?",
                )
            return Footage(self.time_s[:n_frames], size_px, source=source, fps=self.fps or _rate(self.time_s))
        if self.fps is None and time_s is not None:
            return Footage(time_s, size_px, source=source, fps=fps or _rate(time_s))
        if not (rate := self.fps or fps):
            raise DataFormatError(
                f"{path}: does not say how many frames a second there are", "--fps 30, or --video FILE says it"
            )
        return Footage.regular(n_frames, rate, size_px=size_px, source=source)


def _rate(time_s: np.ndarray) -> float:
    """Frames per second of times; those of a single frame say nothing, and then it does not matter."""
    return float(1 / np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0
