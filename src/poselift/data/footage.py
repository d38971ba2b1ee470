"""`Footage`: the frames that people are seen in, and when each was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np
from jaxtyping import Float

from poselift.errors import ShapeError
from poselift.geometry.camera import Camera

# The default of a field that `Footage` sets itself.
_FILLED_IN = cast("float", None)


def checked_times(time_s: np.ndarray, n_frames: int) -> Float[np.ndarray, " frames"]:
    """The times as read-only float64, if they are `n_frames` finite numbers that rise.

    Raises:
        ShapeError: they are not; the first frame that does not rise is named.
    """
    time_s = np.asarray(time_s)
    if time_s.shape != (n_frames,) or time_s.dtype.kind not in "fiu":
        raise ShapeError(
            f"time_s: expected {n_frames} numbers, got {time_s.shape} of {time_s.dtype}", "one time per frame"
        )
    if not np.isfinite(time_s).all():
        frame = int(np.flatnonzero(~np.isfinite(time_s))[0])
        raise ShapeError(f"time_s: frame {frame}: expected a finite number of seconds, got {time_s[frame]}")
    # Once they are float64 and read-only, clips share them.
    if time_s.dtype != np.float64 or time_s.flags.writeable:
        time_s = time_s.astype(np.float64)
        time_s.setflags(write=False)
    late = np.flatnonzero(np.diff(time_s) <= 0)
    if len(late):
        frame = int(late[0]) + 1
        raise ShapeError(
            f"time_s: frame {frame}: expected more than the {time_s[frame - 1]} s of the frame before, "
            f"got {time_s[frame]}",
            "times of frames rise; leave out frames that are there twice",
        )
    return time_s


def checked_fps(fps: float) -> float:
    """The frame rate, if it can be one.

    Raises:
        ShapeError: it is not positive or not finite.
    """
    if not (np.isfinite(fps) and fps > 0):
        raise ShapeError(f"fps: expected a positive number, got {fps}")
    return fps


def checked_size(size_px: tuple[int, int] | None) -> tuple[int, int] | None:
    """(width, height), if an image can have it.

    Raises:
        ShapeError: a side is not positive.
    """
    if size_px is not None and min(size_px) <= 0:
        raise ShapeError(f"size_px: expected positive (width, height), got {size_px}")
    return size_px


@dataclass(frozen=True, eq=False)
class Footage:
    """F frames of one camera. Checked on construction, never changed afterwards.

    Attributes:
        time_s: (F,) when each frame was taken, in seconds; strictly rising, since frame rates vary.
        size_px: (width, height) of the images, where known.
        camera: where it stands and how it draws, where known.
        source: where this came from, for people; usually the name of a file.
        fps: nominal frames per second. Default: one by the median step of `time_s`; a single frame has none, so there
            it must be said.
        notes: what those who read a result should know: frames that are damaged, a video that was cut short.

    Raises:
        ShapeError: times that do not rise or are not finite; no frame rate; a size that cannot be; notes that are no
            tuple of lines.

    >>> import numpy as np
    >>> footage = Footage(np.array([0.0, 0.04, 0.08, 0.2]), size_px=(1920, 1080), source="walk.mp4")
    >>> len(footage), footage.fps
    (4, 25.0)
    """

    time_s: Float[np.ndarray, " frames"]
    size_px: tuple[int, int] | None = None
    camera: Camera | None = None
    source: str = ""
    fps: float = _FILLED_IN
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "time_s", checked_times(self.time_s, np.size(self.time_s)))
        checked_size(self.size_px)
        if self.fps is None:
            if len(self.time_s) < 2:
                raise ShapeError(
                    f"fps: footage of {len(self.time_s)} frames does not say it by its times", "state it"
                )
            object.__setattr__(self, "fps", float(1 / np.median(np.diff(self.time_s))))
        checked_fps(self.fps)
        for note in self.notes:
            if not isinstance(note, str) or not note or "\n" in note:
                raise ShapeError(f"notes: expected lines of text, got {note!r}")

    @classmethod
    def regular(
        cls,
        n_frames: int,
        fps: float,
        *,
        size_px: tuple[int, int] | None = None,
        camera: Camera | None = None,
        source: str = "",
    ) -> Footage:
        """Footage of a constant frame rate: frame i is taken at i / fps seconds.

        Raises:
            ShapeError: a frame rate or size that cannot be.

        >>> Footage.regular(3, 50).time_s.tolist()
        [0.0, 0.02, 0.04]
        """
        return cls(np.arange(n_frames) / float(checked_fps(fps)), size_px, camera, source, fps)

    def __len__(self) -> int:
        return len(self.time_s)

    def noted(self, *notes: str) -> Footage:
        """A copy with more notes; what is noted already is not noted twice."""
        new = tuple(dict.fromkeys((*self.notes, *notes)))
        return self if new == self.notes else self.replaced(notes=new)

    def part(self, first: int, end: int) -> Footage:
        """Frames `first` to `end` - 1, at their own times.

        >>> Footage.regular(5, 50).part(1, 3).time_s.tolist()
        [0.02, 0.04]
        """
        return self.replaced(time_s=self.time_s[first:end])

    def replaced(self, **changes: Any) -> Footage:
        """A copy with some fields changed, checked again."""
        values: Mapping[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        return Footage(**{**values, **changes})
