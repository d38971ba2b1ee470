"""People followed from frame to frame, for as long as they are seen without a pause."""

from __future__ import annotations

from collections import deque
from copy import copy
from itertools import combinations
from typing import NamedTuple

import numpy as np

from poselift.skeleton import Skeleton
from poselift.tracking.assignment import pairs_worth_it
from poselift.tracking.bodies import Bodies, Likeness
from poselift.tracking.kinks import kink
from poselift.tracking.motion import Motion, motion, places

# Who is not seen for longer is lost; one frame, however long it lasts, is no pause.
PAUSE_S = 0.1
# So many seconds tell how somebody moves.
_MOTION_S = 0.5
# A person's size is the largest of the last second or so: it does not shrink because half of them is hidden.
_SIZE_LASTS_S = 1.0
# Whoever is less like somebody than this is somebody else.
LEAST_ALIKE = 0.3
# By how much more somebody must be alike who was missing in the frame before, so that two do not take turns.
_MISSED = 0.15
# Two people of one frame who are more alike than this are one, found twice.
_DOUBLE = 0.6
# Two people who, exchanged, would be alike by this much less or more cannot be told apart.
CLOSE_CALL = 0.15


class Tracklet:
    """Somebody for as long as they are seen without a pause.

    Attributes:
        first_s, last_s: when they were seen first and last.
        first_frame, last_frame: in which frames.
        size_px: how large they are at the end, when all of them is seen.
        person: the id of who it is, once that is decided; stays None for what is no person.
        cut_from: the tracklet that it was the second half of.
    """

    def __init__(self, frame: int, time_s: float, body: Bodies, mirror: np.ndarray) -> None:
        self.first_s = self.last_s = time_s
        self.first_frame = self.last_frame = frame
        self.size_px = 0.0
        self.person: int | None = None
        self.cut_from: Tracklet | None = None
        self._mirror = mirror
        self._head: list[tuple[float, Bodies]] = []
        self._tail: deque[tuple[float, Bodies]] = deque()
        self._frames: deque[int] = deque()  # of the tail
        self._motion: Motion | None = None
        self.extend(frame, time_s, body)

    def extend(self, frame: int, time_s: float, body: Bodies) -> None:
        """They are seen once more."""
        remembered_px = self.size_px * np.exp((self.last_s - time_s) / _SIZE_LASTS_S)
        self.size_px = max(float(body.size_px[0]), float(remembered_px))
        self.last_s, self.last_frame, self._motion = time_s, frame, None
        if time_s - self.first_s <= _MOTION_S:
            self._head.append((time_s, body))
        self._tail.append((time_s, body))
        self._frames.append(frame)
        while time_s - self._tail[0][0] > _MOTION_S:
            self._tail.popleft()
            self._frames.popleft()

    def cut(self) -> Tracklet | None:
        """The second of two, if this is a detector's way from one person to another; this ends before it then."""
        time_s = np.array([at_s for at_s, _ in self._tail])
        at = kink(time_s, places(self._tail, self._mirror)[0], self.size_px)
        if at is None:
            return None
        seen = [(frame, *moment) for frame, moment in zip(self._frames, self._tail, strict=True)]
        second = Tracklet(*seen[at], self._mirror)
        second.cut_from = self
        for frame, at_s, body in seen[at + 1 :]:
            second.extend(frame, at_s, body)
        self._end_before(second.first_frame)
        self._head = [moment for moment in self._head if moment[0] < second.first_s]
        return second

    def until(self, frame: int) -> Tracklet | None:
        """What it was before a frame; None if it was not yet, or that is forgotten."""
        if self._frames[0] >= frame:
            return None
        earlier = copy(self)
        earlier._frames, earlier._tail = self._frames.copy(), self._tail.copy()
        earlier._end_before(frame)
        return earlier

    def _end_before(self, frame: int) -> None:
        while self._frames[-1] >= frame:
            self._frames.pop()
            self._tail.pop()
        self.last_s, self.last_frame, self._motion = self._tail[-1][0], self._frames[-1], None

    @property
    def motion(self) -> Motion:
        """How they moved at the end."""
        if self._motion is None:
            self._motion = motion(self._tail, self._mirror)
        return self._motion

    @property
    def first_motion(self) -> Motion:
        """How they moved at the beginning."""
        return motion(self._head, self._mirror)

    @property
    def first(self) -> Bodies:
        return self._head[0][1]

    @property
    def last(self) -> Bodies:
        return self._tail[-1][1]

    def expected(self, time_s: float) -> Bodies:
        """Where they should be at a time after the end."""
        shift_px = self.motion.shift_px(time_s - self.last_s)
        return self.last._replace(joints_px=self.last.joints_px + shift_px, size_px=np.array([self.size_px]))


class Followed(NamedTuple):
    """What became of one frame.

    Attributes:
        seen: whose tracklet each of those found belongs to; None for doubles of others and for nobody.
        close_calls: pairs of tracklets which might as well be the other way round.
        cuts: tracklets that turn out to be two, and the second of these, which holds their later frames.
    """

    seen: list[Tracklet | None]
    close_calls: list[tuple[Tracklet, Tracklet]]
    cuts: list[tuple[Tracklet, Tracklet]]


class Follower:
    """From frame to frame: who of those found is whose continuation, and who is new."""

    def __init__(self, skeleton: Skeleton) -> None:
        self._mirror = skeleton.flip_permutation
        self._likeness = Likeness(skeleton)
        self._alive: list[Tracklet] = []
        self._frame = self._frame_before = -1

    def push(self, frame: int, time_s: float, bodies: Bodies) -> Followed:
        """The next frame that was looked at."""
        self._frame, self._frame_before = frame, self._frame
        alike = self._alike(bodies, time_s)
        double = self._likeness(bodies, bodies) > _DOUBLE
        pairs = _without_doubles(pairs_worth_it(alike, LEAST_ALIKE), alike, double | double.T)
        seen: list[Tracklet | None] = [None] * len(bodies.size_px)
        close_calls = [
            (self._alive[i], self._alive[j])
            for (i, a), (j, b) in combinations(pairs, 2)
            if alike[i, a] + alike[j, b] - alike[i, b] - alike[j, a] < CLOSE_CALL
        ]
        for i, a in pairs:
            seen[a] = self._alive[i]
        for new in self._new(bodies, [a for _, a in pairs], double | double.T):
            seen[new] = tracklet = Tracklet(self._frame, time_s, bodies.taken([new]), self._mirror)
            self._alive.append(tracklet)
        for i, a in pairs:
            self._alive[i].extend(self._frame, time_s, bodies.taken([a]))
        cuts = self._cut([self._alive[i] for i, _ in pairs])
        self._alive = [t for t in self._alive if self.lives(t, time_s)]
        return Followed(seen, close_calls, cuts)

    def lives(self, tracklet: Tracklet, time_s: float) -> bool:
        """Whether a tracklet may go on after the frame of this time."""
        return tracklet.last_frame >= self._frame_before or time_s - tracklet.last_s <= PAUSE_S

    def _cut(self, extended: list[Tracklet]) -> list[tuple[Tracklet, Tracklet]]:
        cuts = []
        for tracklet in extended:
            second = tracklet.cut()
            if second is not None:
                cuts.append((tracklet, second))
                self._alive[self._alive.index(tracklet)] = second
        return cuts

    def _alike(self, bodies: Bodies, time_s: float) -> np.ndarray:
        """Those who are followed, where they should be now, against those found."""
        if not self._alive:
            return np.zeros((0, len(bodies.size_px)))
        expected = [tracklet.expected(time_s) for tracklet in self._alive]
        since_s = np.array([time_s - tracklet.last_s for tracklet in self._alive])
        astray = np.array([t.motion.astray(s) for t, s in zip(self._alive, since_s, strict=True)])
        everyone = Bodies(*(np.concatenate(arrays) for arrays in zip(*expected, strict=True)))
        missed = np.array([tracklet.last_frame < self._frame_before for tracklet in self._alive])
        return self._likeness(everyone, bodies, since_s, astray) - _MISSED * missed[:, None]

    def _new(self, bodies: Bodies, known: list[int], double: np.ndarray) -> list[int]:
        """Those found who are neither known, nor doubles of such, nor of each other; the surest first."""
        rest = [n for n in range(len(bodies.size_px)) if n not in known and bodies.size_px[n] > 0]
        new: list[int] = []
        for n in sorted(rest, key=lambda n: (-bodies.weight[n].mean(), -bodies.size_px[n])):
            if not double[n, [*known, *new]].any():
                new.append(n)
        return new


def _without_doubles(pairs: list[tuple[int, int]], alike: np.ndarray, double: np.ndarray) -> list[tuple[int, int]]:
    """Of two pairs whose people found are one, the one that fits better: of the other, nobody was found."""
    kept: list[tuple[int, int]] = []
    for i, a in sorted(pairs, key=lambda pair: -alike[pair]):
        if not double[a, [b for _, b in kept]].any():
            kept.append((i, a))
    return sorted(kept)
