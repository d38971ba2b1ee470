"""Lifting as frames come: one person, frame after frame, answered as soon as the network has seen enough.

The answers are those of lifting the whole clip at once; only what the next windows need is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float

from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.lifting.keypoint_input import checked_keypoints, liftable, plane_of

if TYPE_CHECKING:
    from poselift.lifting.lifter import Lifter

# Times that differ by less are the same time.
_SAME_S = 1e-6


class LiftedFrame(NamedTuple):
    """One frame of a stream in 3D.

    Attributes:
        frame: its number, from 0.
        time_s: when it was seen.
        joints_root_mm: (J, 3) camera axes, relative to the root; NaN where there was not enough to lift.
        root_cam_mm: (3,) the root in camera axes; NaN where unknown.
        expected_error_mm: (J,) how far off the model expects each joint to be; NaN of a model that does not say.
    """

    frame: int
    time_s: float
    joints_root_mm: Float[np.ndarray, "joints 3"]
    root_cam_mm: Float[np.ndarray, "3"]
    expected_error_mm: Float[np.ndarray, " joints"]


class _Frame(NamedTuple):
    """What is kept of a frame: joints (J, 2) on the plane z = 1, and their confidence."""

    number: int
    time_s: float
    plane: np.ndarray
    confidence: np.ndarray


class Stream:
    """Made by `Lifter.stream`. Push frames in order, and `finish` at the end.

    A network that sees later frames answers late: `delay_frames` frames, or `delay_s` seconds where the model counts
    in frames of a rate of its own. The delay of a causal model is 0.
    """

    def __init__(self, lifter: Lifter, camera: Camera) -> None:
        self._lifter, self._camera = lifter, camera
        self._window = lifter.window
        self._kept: deque[_Frame] = deque()
        self._pushed = self._answered = 0
        self._finished = False

    @property
    def delay_frames(self) -> int:
        """How many frames of the window come after the one that is answered."""
        return self._window.future

    @property
    def delay_s(self) -> float | None:
        """The same in seconds; None where the model counts in frames of whatever rate."""
        return None if self._window.fps is None else self._window.future / self._window.fps

    def push(
        self,
        joints_px: Float[np.ndarray, "joints 2"] | None,
        confidence: Float[np.ndarray, " joints"] | None = None,
        *,
        time_s: float | None = None,
    ) -> list[LiftedFrame]:
        """Take the next frame, and give those that can be answered now: none, one, or several after a jump in time.

        Args:
            joints_px: (J, 2) pixels of the model's skeleton; None where the person was not seen.
            confidence: (J,) from 0 (missing) to 1. Default: 1 where the pixels are finite.
            time_s: when it was seen; needed where the model has a frame rate of its own, else counted as frames.

        Raises:
            ShapeError: joints, confidence or time cannot be, time does not rise, or the stream was finished.
            GeometryError: a visible joint lies where the camera's lens draws nothing.
        """
        self._keep(self._checked(joints_px, confidence, time_s))
        return self._answers(self._ready())

    def finish(self) -> list[LiftedFrame]:
        """The frames that are still to be answered, as at the end of a clip; nothing can be pushed afterwards."""
        self._finished = True
        return self._answers(self._pushed)

    def _checked(self, joints_px: np.ndarray | None, confidence: np.ndarray | None, time_s: float | None) -> _Frame:
        number, joints = self._pushed, len(self._lifter.skeleton)
        if self._finished:
            raise ShapeError("this stream is finished", "begin another: lifter.stream(camera)")
        if time_s is None:
            if self._window.fps is not None:
                raise ShapeError(
                    f"frame {number}: expected its time, got none",
                    f"the model counts in {self._window.fps:g} frames/s",
                )
            time_s = float(number)
        if not np.isfinite(time_s) or (self._kept and time_s <= self._kept[-1].time_s):
            before = f" after {self._kept[-1].time_s:g}" if self._kept else ""
            raise ShapeError(f"frame {number}: expected a time in seconds{before}, got {time_s:g}")
        if joints_px is None:
            return _Frame(number, time_s, np.zeros((joints, 2)), np.zeros(joints))
        batch = None if confidence is None else np.asarray(confidence)[None]
        checked_px, checked = checked_keypoints(
            np.asarray(joints_px)[None], batch, self._camera, self._lifter.skeleton
        )
        return _Frame(number, time_s, plane_of(checked_px, checked, self._camera)[0], checked[0])

    def _keep(self, frame: _Frame) -> None:
        self._kept.append(frame)
        self._pushed += 1

    def _ready(self) -> int:
        """How many frames have all of their window."""
        if self._window.fps is None:
            return self._pushed - self._window.future
        latest = self._kept[-1].time_s - self._window.future / self._window.fps + _SAME_S
        return self._answered + sum(frame.time_s <= latest for frame in self._waiting())

    def _waiting(self) -> Iterator[_Frame]:
        return (frame for frame in self._kept if frame.number >= self._answered)

    def _answers(self, until: int) -> list[LiftedFrame]:
        chosen = [frame for frame in self._waiting() if frame.number < until]
        lifted = self._lifted(chosen)
        self._answered += len(chosen)
        self._forget()
        return lifted

    def _lifted(self, chosen: list[_Frame]) -> list[LiftedFrame]:
        if not chosen:
            return []
        lifter = self._lifter
        lifted = lifter.nothing_lifted(len(chosen))
        plane, confidence = (np.stack([frame[column] for frame in chosen]) for column in (2, 3))
        some = np.flatnonzero(liftable(plane, confidence))
        if len(some):
            first = self._kept[0].number
            everything, sure = (np.stack([frame[column] for frame in self._kept]) for column in (2, 3))
            times = None if self._window.fps is None else np.array([frame.time_s for frame in self._kept])
            anchors = np.array([chosen[index].number - first for index in some])
            seen = lifter.windows_seen(everything, sure, times, anchors)
            lifted.put(some, lifter.lift_seen(seen, plane[some], confidence[some]))
        return [
            LiftedFrame(frame.number, frame.time_s, *(part[index] for part in lifted))
            for index, frame in enumerate(chosen)
        ]

    def _forget(self) -> None:
        """Drop the frames that no later window holds; of the last one the time is always kept."""
        past = int(-self._window.offsets[0])
        if self._window.fps is None:
            while len(self._kept) > 1 and self._kept[0].number < self._answered - past:
                self._kept.popleft()
            return
        next_s = next((frame.time_s for frame in self._waiting()), self._kept[-1].time_s)
        oldest_s = next_s - past / self._window.fps - _SAME_S
        # What lies between two frames needs the one before.
        while len(self._kept) > 2 and self._kept[1].time_s <= oldest_s:
            self._kept.popleft()
