"""Left and right kept apart over time.

A detector that sees a person from behind, or without a face, sometimes calls the left side right for a few frames.
The limbs then jump across the body, all at once. Whether labels are exchanged is decided for many frames together, as
the sequence of labels with the least movement of the paired joints. Dynamic programming finds it (Viterbi 1967);
labels as reported are a little cheaper than exchanged ones. A frame is decided by all frames before it and by the
half second after it, so that a video can be lifted while it is read.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.skeleton import Skeleton

# So many seconds after a frame it is decided.
LAG_S = 0.5
# In units of the person's size (root mean square radius of the joints).
_EXCHANGE_COST = 0.1  # to begin or end a run of exchanged labels
_FIRST_COST = 0.05  # to begin with exchanged labels, at the first frame or after a pause
_SECOND_COST = 0.18  # for each second of exchanged labels: the side that is reported more often is right
_LONGEST_STEP_S = 0.25  # frames further apart do not tell about each other
# Times are compared with this tolerance.
_SAME_S = 1e-6


def exchanged_sides(clip: Clip) -> Bool[np.ndarray, " frames"]:
    """Which frames of a 2D clip have left and right exchanged.

    Raises:
        ShapeError: the clip has no 2D joints.
    """
    keeper = SideKeeper(clip.skeleton, clip.fps)
    return np.concatenate([keeper.push(*clip.keypoints, clip.valid, clip.time_s), keeper.finish()])


def sides_kept(clip: Clip) -> Clip:
    """The clip with left and right exchanged back in the frames of `exchanged_sides`."""
    return sides_exchanged(clip, exchanged_sides(clip))


def sides_exchanged(clip: Clip, exchanged: Bool[np.ndarray, " frames"]) -> Clip:
    """The clip with left and right exchanged in these frames."""
    if not exchanged.any():
        return clip
    mirror = clip.skeleton.flip_permutation
    joints_px, confidence = (array.copy() for array in clip.keypoints)
    joints_px[exchanged] = joints_px[exchanged][:, mirror]
    confidence[exchanged] = confidence[exchanged][:, mirror]
    return clip.replaced(joints_px=joints_px, confidence=confidence)


class _Frame(NamedTuple):
    """A frame that waits: its time, and for each of its two states the state before it on the cheapest way there.

    The way is None where the person is not seen.
    """

    time_s: float
    came_from: tuple[int, int] | None


class SideKeeper:
    """Decides frame by frame, `LAG_S` later, whether left and right are exchanged; in pieces as at once.

    Args:
        skeleton: what the joints are.
        fps: nominal frame rate.
    """

    def __init__(self, skeleton: Skeleton, fps: float) -> None:
        self._mirror = skeleton.flip_permutation
        self._paired = skeleton.indices((*skeleton.left, *skeleton.right))
        # Half a frame more, so that the next frame is near however slow the clip and however uneven its times.
        self._near_s = (max(1, round(_LONGEST_STEP_S * fps)) + 0.5) / fps
        self._last_seen: tuple[np.ndarray, np.ndarray] | None = None  # as the last frame with the person showed them
        self._last_s = -np.inf
        self._cost = (0.0, 0.0)  # of the cheapest way to each state of that frame: as reported, and exchanged
        self._waiting: deque[_Frame] = deque()

    def push(
        self,
        joints_px: Float[np.ndarray, "frames joints 2"],
        confidence: Float[np.ndarray, "frames joints"],
        valid: Bool[np.ndarray, " frames"],
        time_s: Float[np.ndarray, " frames"],
    ) -> Bool[np.ndarray, " decided"]:
        """The next frames of the person. Returns what is now decided, from the first frame that was not yet on."""
        seen = np.flatnonzero(valid & (confidence > 0).any(axis=-1))
        movements = dict(zip(seen.tolist(), self._movements(joints_px[seen], confidence[seen]), strict=True))
        decided: list[bool] = []
        for frame, at_s in enumerate(time_s.tolist()):
            decided += self._decided(at_s - LAG_S + _SAME_S)
            came_from = self._step(at_s, *movements[frame]) if frame in movements else None
            self._waiting.append(_Frame(at_s, came_from))
        return np.array(decided, dtype=bool)

    def finish(self) -> Bool[np.ndarray, " decided"]:
        """The rest, after the last frame."""
        return np.array(self._decided(np.inf), dtype=bool)

    def _movements(self, joints_px: np.ndarray, confidence: np.ndarray) -> list[tuple[float, float]]:
        """How far paired joints move to each of these frames if labels stay, and if they are exchanged."""
        if not len(joints_px):
            return []
        if self._last_seen is None:  # nothing moves to the first frame
            self._last_seen = joints_px[0], confidence[0]
        joints_px = np.concatenate([self._last_seen[0][None], joints_px])
        confidence = np.concatenate([self._last_seen[1][None], confidence])
        self._last_seen = joints_px[-1].copy(), confidence[-1].copy()
        size_px = _size_px(joints_px, confidence)
        size_px = np.maximum((size_px[1:] + size_px[:-1]) / 2, 1e-9)

        def movement(permutation: np.ndarray) -> np.ndarray:
            now, now_sure = joints_px[1:, permutation][:, self._paired], confidence[1:, permutation][:, self._paired]
            step = np.linalg.norm(np.nan_to_num(now - joints_px[:-1, self._paired]), axis=-1) / size_px[:, None]
            sure = np.minimum(now_sure, confidence[:-1, self._paired])
            total: np.ndarray = (step * sure).sum(axis=-1) / np.maximum(sure.sum(axis=-1), 1e-9)
            return total

        stay, cross = movement(np.arange(len(self._mirror))), movement(self._mirror)
        return list(zip(stay.tolist(), cross.tolist(), strict=True))

    def _step(self, at_s: float, stay: float, cross: float) -> tuple[int, int]:
        """Go on to the next frame that shows the person; where its two states come from."""
        since_s = at_s - self._last_s
        self._last_s = at_s
        plain, exchanged = self._cost
        if since_s >= self._near_s:  # a beginning
            before = int(exchanged < plain)
            self._cost = 0.0, _FIRST_COST
            return before, before
        cross += _EXCHANGE_COST
        to_plain, to_exchanged = (plain + stay, exchanged + cross), (plain + cross, exchanged + stay)
        least = min(*to_plain, *to_exchanged)  # subtracted, or sums would grow for as long as the video lasts
        self._cost = min(to_plain) - least, min(to_exchanged) - least + _SECOND_COST * since_s
        return int(to_plain[1] < to_plain[0]), int(to_exchanged[1] < to_exchanged[0])

    def _decided(self, until_s: float) -> list[bool]:
        """The states of the waiting frames up to a time, on the cheapest way to the last frame."""
        if not self._waiting or self._waiting[0].time_s > until_s:
            return []
        state, states = int(self._cost[1] < self._cost[0]), []
        for frame in reversed(self._waiting):
            states.append(frame.came_from is not None and state == 1)
            if frame.came_from is not None:
                state = frame.came_from[state]
        states.reverse()
        decided: list[bool] = []
        while self._waiting and self._waiting[0].time_s <= until_s:
            self._waiting.popleft()
            decided.append(states[len(decided)])
        return decided


def _size_px(joints_px: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Root mean square distance of the joints that are there from their mean, frame by frame."""
    weight = ((confidence > 0) & np.isfinite(joints_px).all(axis=-1)).astype(float)[..., None]
    there_px = np.where(weight > 0, joints_px, 0.0)
    count = np.maximum(weight.sum(axis=1, keepdims=True), 1)
    centre_px = there_px.sum(axis=1, keepdims=True) / count
    size: np.ndarray = np.sqrt((weight * (there_px - centre_px) ** 2).sum(axis=(1, 2)) / count[:, 0, 0])
    return size
