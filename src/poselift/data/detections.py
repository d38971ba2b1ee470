"""`Detections`: who was seen in which frame, before anybody knows who is who."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from poselift.data.footage import Footage
from poselift.errors import ShapeError
from poselift.skeleton.skeleton import Skeleton


@runtime_checkable
class SeenPerson(Protocol):
    """Somebody in one frame: joints_px (J, 2) and their confidence (J,). `detect.base.Detection` is one."""

    @property
    def joints_px(self) -> np.ndarray: ...

    @property
    def confidence(self) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Detections:
    """What a detector or a file of keypoints says: N rows, one per person and frame. Checked, never changed.

    A frame has as many rows as people were seen in it. The arrays are read-only copies of those given, or these
    themselves where they are read-only already.

    Attributes:
        footage: the frames.
        skeleton: what the J joints are.
        frame: (N,) the frame of each row; never falls from row to row.
        joints_px: (N, J, 2) pixels, x right, y down; meaningless where the confidence is 0.
        confidence: (N, J) from 0 (missing) to 1.
        track_id: (N,) the id that the file itself gives each person, if it does; once in a frame at most.

    Raises:
        ShapeError: an array of another shape, a frame that is not in the footage or comes too late, an id that is
            twice in one frame.

    >>> import numpy as np
    >>> from poselift import SKELETONS
    >>> footage, frame = Footage.regular(2, 25), np.array([0, 0, 1])
    >>> joints_px = np.random.default_rng(0).uniform(0, 999, (3, 17, 2))
    >>> two_then_one = Detections(footage, SKELETONS["coco17"], frame, joints_px, np.ones((3, 17)))
    >>> two_then_one.joints_px[two_then_one.in_frame(0)].shape
    (2, 17, 2)
    """

    footage: Footage
    skeleton: Skeleton
    frame: Int[np.ndarray, " rows"]
    joints_px: Float[np.ndarray, "rows joints 2"]
    confidence: Float[np.ndarray, "rows joints"]
    track_id: Int[np.ndarray, " rows"] | None = None

    def __post_init__(self) -> None:
        n, j = np.size(self.frame), len(self.skeleton)
        shapes = {"frame": ((n,), "iu"), "joints_px": ((n, j, 2), "f"), "confidence": ((n, j), "f")}
        if self.track_id is not None:
            shapes["track_id"] = ((n,), "iu")
        for name, (shape, kinds) in shapes.items():
            array = np.asarray(getattr(self, name))
            if array.shape != shape or array.dtype.kind not in kinds:
                kind = "whole numbers" if kinds == "iu" else "floating numbers"
                raise ShapeError(
                    f"{name}: expected {shape} {kind} for {n} rows of {self.skeleton.name}, "
                    f"got {array.shape} of {array.dtype}"
                )
            if array.flags.writeable:
                array = array.copy()
                array.setflags(write=False)
            object.__setattr__(self, name, array)
        _check_frames(self.frame, len(self.footage))
        if self.track_id is not None:
            _check_ids(self.frame, self.track_id)

    @classmethod
    def of(cls, footage: Footage, skeleton: Skeleton, found: Sequence[Sequence[SeenPerson]]) -> Detections:
        """Detections of what was found in each frame: a list of people for every frame of the footage.

        Raises:
            ShapeError: the number of lists is not that of the frames; or as for the class.
        """
        if len(found) != len(footage):
            raise ShapeError(f"found: expected a list for each of {len(footage)} frames, got {len(found)}")
        people = [person for frame in found for person in frame]
        frames = np.repeat(np.arange(len(found)), [len(frame) for frame in found])
        if not people:
            j = len(skeleton)
            return cls(footage, skeleton, frames, np.empty((0, j, 2), np.float32), np.empty((0, j), np.float32))
        return cls(
            footage,
            skeleton,
            frames,
            np.stack([person.joints_px for person in people]),
            np.stack([person.confidence for person in people]),
        )

    def __len__(self) -> int:
        return len(self.frame)

    def in_frame(self, frame: int) -> slice:
        """The rows of one frame."""
        first, end = np.searchsorted(self.frame, [frame, frame + 1])
        return slice(int(first), int(end))


def _check_frames(frame: np.ndarray, n_frames: int) -> None:
    outside = np.flatnonzero((frame < 0) | (frame >= n_frames))
    if len(outside):
        row = int(outside[0])
        raise ShapeError(f"frame: row {row}: expected a frame of 0 to {n_frames - 1}, got {frame[row]}")
    falling = np.flatnonzero(np.diff(frame.astype(np.int64)) < 0)
    if len(falling):
        row = int(falling[0]) + 1
        raise ShapeError(
            f"frame: row {row}: expected {frame[row - 1]} or more, got {frame[row]}", "sort the rows by frame"
        )


def _check_ids(frame: np.ndarray, track_id: np.ndarray) -> None:
    pairs, counts = np.unique(np.stack([frame, track_id], axis=1), axis=0, return_counts=True)
    if (counts > 1).any():
        first = pairs[counts > 1][0]
        raise ShapeError(
            f"track_id: frame {first[0]} holds id {first[1]} twice", "one person is seen once in a frame"
        )
