"""Everybody in a video, each under one number from frame to frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from poselift.data.detections import SeenPerson
from poselift.skeleton import Skeleton
from poselift.tracking.assignment import pairs_worth_it
from poselift.tracking.bodies import Bodies
from poselift.tracking.chosen import GONE_S, Chooser, Placed
from poselift.tracking.doubts import Doubts
from poselift.tracking.motion import STOPS_S
from poselift.tracking.reunion import LEAST_FIT, Reunion
from poselift.tracking.tracklets import CLOSE_CALL, PAUSE_S, Followed, Follower, Tracklet
from poselift.tracking.who import EVERYBODY, Who

# So many seconds are seen before it is decided who somebody is.
LOOKAHEAD_S = 0.5
# Whoever is there for a shorter time is a mistake of the detector. Of very short footage, half is long enough.
_SHORTEST_S = 0.2
# Who appears among so many others, no further away than this in sizes, may be any of those who were lost there.
_FEWEST_OTHERS, _CROWD = 2, 0.75
# Times are compared with this tolerance.
_SAME_S = 1e-6


class SettledFrame(NamedTuple):
    """Who is who in one frame.

    Attributes:
        frame: its number; frames are counted from 0 as they are pushed.
        people: for the id of each person in it who is wanted, which of those found in the frame it is.
    """

    frame: int
    people: Mapping[int, int]


class _Waiting(NamedTuple):
    frame: int
    time_s: float
    bodies: Bodies
    followed: Followed


class _Known(NamedTuple):
    """Somebody who is remembered.

    Attributes:
        last: their last tracklet.
        steady: the last one in which they were more than glimpsed; before there is one, the first.
    """

    last: Tracklet
    steady: Tracklet


class PeopleTracker:
    """Tells who is who, frame by frame, half a second later. What it has told it never changes.

    People are followed from frame to frame while they are seen (`tracklets`). A tracklet is watched for half a second
    before it is decided who it is: somebody who was lost, if the motion before and after agree (`reunion`), somebody
    new, or nobody, if it is gone again. Ids are 1, 2, 3 ... by first appearance, of several the larger person first.

    Args:
        skeleton: what the joints of those found are.
        size_px: (width, height) of the picture, where known.
        who: whose places are told. If that is chosen by watching, the first second is told when it is over.
    """

    def __init__(self, skeleton: Skeleton, size_px: tuple[int, int] | None = None, who: Who = EVERYBODY) -> None:
        self._follower = Follower(skeleton)
        self._reunion = Reunion(skeleton)
        self._chooser = Chooser(who, size_px)
        self._doubts = Doubts()
        self._waiting: deque[_Waiting] = deque()
        self._undecided: list[Tracklet] = []
        self._persons: dict[int, _Known] = {}
        self._n_people = self._n_frames = 0
        self._first_s: float | None = None
        self._look_s: deque[float] = deque(maxlen=2)  # when was looked at a frame, the last two times

    def push(self, found: Sequence[SeenPerson] | None, time_s: float) -> list[SettledFrame]:
        """The next frame. Returns what is settled by now.

        Args:
            found: who was found in it, in any order; None if it was not looked at: then nobody is missing.
            time_s: rises from frame to frame.
        """
        bodies, followed = Bodies.of(found or ()), Followed([], [], [])
        if found is not None:
            self._look_s.append(time_s)
            self._first_s = time_s if self._first_s is None else self._first_s
            followed = self._follower.push(self._n_frames, time_s, bodies)
        self._undecided += [t for t in followed.seen if t is not None and t.first_frame == self._n_frames]
        self._waiting.append(_Waiting(self._n_frames, time_s, bodies, followed))
        for first, second in followed.cuts:
            self._undecided.append(second)
            for waiting in self._waiting:
                seen = waiting.followed.seen
                if waiting.frame >= second.first_frame and first in seen:
                    seen[seen.index(first)] = second
        self._n_frames += 1
        return self._settled(until_s=time_s - LOOKAHEAD_S + _SAME_S)

    def finish(self) -> list[SettledFrame]:
        """The rest, after the last frame."""
        settled = self._settled(until_s=np.inf)
        return settled + [SettledFrame(placed.frame, placed.people) for placed in self._chooser.finish()]

    @property
    def notes(self) -> tuple[str, ...]:
        """In which frames so far people could not be told apart, in sentences; complete after `finish`."""
        return self._doubts.notes()

    def _settled(self, until_s: float) -> list[SettledFrame]:
        settled: list[SettledFrame] = []
        while self._waiting and self._waiting[0].time_s <= until_s:
            self._decide(self._waiting[0].frame)
            frame, time_s, bodies, followed = self._waiting.popleft()
            for one, other in followed.close_calls:
                self._doubts.add(one.person, other.person, frame, frame)
            people = {t.person: n for n, t in enumerate(followed.seen) if t is not None and t.person is not None}
            placed = Placed(frame, time_s, dict(sorted(people.items())), bodies)
            settled += [SettledFrame(p.frame, p.people) for p in self._chooser.push(placed)]
        return settled

    def _decide(self, frame: int) -> None:
        """Who those are that begin in this frame."""
        begin = [t for t in self._undecided if t.first_frame == frame]
        if not begin:
            return
        oldest_s = begin[0].first_s - GONE_S
        self._persons = {person: known for person, known in self._persons.items() if known.last.last_s >= oldest_s}
        # All that is undecided competes, so that everybody is given to whoever fits best.
        fit = np.array([[self._fits(known, t) for t in self._undecided] for known in self._persons.values()])
        # Who is only glimpsed gives way to who is seen.
        seen = [min(1.0, self._lasted_s(t.first_s, t.last_s) / _SHORTEST_S) for t in self._undecided]
        fit = fit.reshape(len(self._persons), len(self._undecided)) * (1 + np.array(seen)) / 2
        known = {column: row for row, column in pairs_worth_it(fit, LEAST_FIT)}
        lost = list(self._persons)
        again = {lost[row]: self._undecided[column] for column, row in known.items()}
        for column, tracklet in sorted(enumerate(self._undecided), key=lambda item: _rank(item[1])):
            if tracklet.first_frame > frame:
                continue
            if column in known:
                tracklet.person = lost[known[column]]
                self._doubt(fit, known, column, lost)
            else:
                tracklet.person = self._meanwhile(tracklet, dict(zip(lost, fit[:, column], strict=True)), again)
            if tracklet.person is None and self._lasts(tracklet, [id(t) for t in again.values()]):
                self._n_people += 1
                tracklet.person = self._n_people
            if tracklet.person is not None:
                self._doubt_crowd(tracklet, tracklet.person)
                self._remember(tracklet, tracklet.person)
        self._undecided = [t for t in self._undecided if t.first_frame > frame]

    def _meanwhile(self, tracklet: Tracklet, fit: Mapping[int, float], again: Mapping[int, Tracklet]) -> int | None:
        """Who this is, of those who are seen again in another tracklet, but only after this one."""
        free = [
            person
            for person, later in again.items()
            if later.first_s > tracklet.last_s
            and self._persons[person].last.first_frame < tracklet.first_frame
            and fit[person] > LEAST_FIT
        ]
        return max(free, key=lambda person: fit[person], default=None)

    def _remember(self, tracklet: Tracklet, person: int) -> None:
        """Somebody goes on as this. Where they were found twice for a moment, what went before is nobody."""
        steady = tracklet
        if person in self._persons:
            last, steady = self._persons[person]
            for waiting in self._waiting:
                waiting.followed.seen[:] = [None if t is last else t for t in waiting.followed.seen]
            steady = steady if self._is_glimpse(last) else last
        self._persons[person] = _Known(tracklet, steady)

    def _doubt(self, fit: np.ndarray, known: Mapping[int, int], column: int, lost: Sequence[int]) -> None:
        """Note who else this tracklet, or its person, might as well be."""
        row, tracklet = known[column], self._undecided[column]
        its_own = fit[row, column]
        for other in range(len(lost)):
            theirs = next((c for c, r in known.items() if r == other), None)
            change = fit[other, column] - its_own
            if theirs is not None:
                change += fit[row, theirs] - fit[other, theirs]
            if other != row and fit[other, column] > LEAST_FIT and change > -CLOSE_CALL:
                first = min(self._persons[lost[n]].last.last_frame for n in (row, other))
                self._doubts.add(lost[row], lost[other], first, tracklet.first_frame)

    def _doubt_crowd(self, tracklet: Tracklet, person: int) -> None:
        """Note those around somebody who appears among several, one of whom was lost: it may be any of them.

        Where motion is forgotten, one other is enough.
        """
        first_s, size_px = tracklet.first_s, tracklet.size_px
        near = {
            other: last
            for other, (last, _) in self._persons.items()
            if np.linalg.norm(last.expected(first_s).middle_px[0] - tracklet.first.middle_px[0]) < _CROWD * size_px
        }
        others = near.keys() - {person}
        long_gone = person in self._persons and first_s - self._persons[person].last.last_s >= STOPS_S
        lost = [last.last_frame for other, last in near.items() if last.last_s < first_s or other == person]
        if lost and len(others) >= (1 if long_gone else _FEWEST_OTHERS):
            for other in others:
                self._doubts.add(person, other, min(*lost, tracklet.first_frame), tracklet.first_frame)

    def _fits(self, known: _Known, after: Tracklet) -> float:
        """How well this is somebody: as they were last, or, where that was a glimpse, as they were before."""
        fit = self._fit(known.last, after)
        if self._is_glimpse(known.last) and known.last.last_s < after.first_s:
            fit = max(fit, self._fit(known.steady, after))
        return fit

    def _fit(self, before: Tracklet, after: Tracklet) -> float:
        """How well one tracklet continues another; 0 if they overlap or are too far apart.

        An overlap no longer than a pause is somebody found twice, if the first one is over then.
        """
        gap_s = after.first_s - before.last_s
        over = self._look_s[-1] - before.last_s > PAUSE_S
        if -PAUSE_S - _SAME_S <= gap_s <= 0 and over and after.last_s > before.last_s:
            earlier = before.until(after.first_frame)
            return self._fit(earlier, after) if earlier is not None else 0.0
        return self._reunion.fit(before, after) if 0 < gap_s <= GONE_S else 0.0

    def _is_glimpse(self, tracklet: Tracklet) -> bool:
        return self._lasted_s(tracklet.first_s, tracklet.last_s) < _SHORTEST_S - _SAME_S

    def _lasted_s(self, first_s: float, last_s: float) -> float:
        """For how long was seen what was seen in these frames, and stands for the time until the next."""
        return last_s - first_s + self._look_s[-1] - self._look_s[0]

    def _lasts(self, tracklet: Tracklet, taken: Collection[int]) -> bool:
        """Whether this, with what may continue it and is not taken by others, is there long enough to be somebody."""
        later = [t for t in self._undecided if id(t) not in taken and self._fit(tracklet, t) > LEAST_FIT]
        last_s = max(t.last_s for t in (tracklet, *later))
        whole_s = self._lasted_s(self._first_s or 0.0, self._look_s[-1])
        return self._lasted_s(tracklet.first_s, last_s) >= min(_SHORTEST_S, whole_s / 2) - _SAME_S


def _rank(tracklet: Tracklet) -> tuple[float, ...]:
    """In which order those are numbered who begin in one frame."""
    x, y = tracklet.first.joints_px[0].mean(axis=0)
    return (-float(tracklet.first.size_px[0]), y, x)
