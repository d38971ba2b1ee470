"""The people who are wanted, among all who are tracked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from poselift.lookup import look_up
from poselift.tracking.bodies import Bodies
from poselift.tracking.who import EVERYBODY, PERSON_RULES, Who

# Who is chosen by looks is chosen after so many seconds of seeing somebody.
_WATCHED_S = 1.0
# Of these, those count who were seen in this share of the frames of whoever was seen most often.
_SEEN_SHARE = 0.5
# Whoever has not been seen for longer has left; trackers forget people after as long.
GONE_S = 5.0
# Times are compared with this tolerance.
_SAME_S = 1e-6


class Placed(NamedTuple):
    """Who is where in one frame: index into `bodies` by id."""

    frame: int
    time_s: float
    people: Mapping[int, int]
    bodies: Bodies


class Chooser:
    """Keeps of each frame the people who are wanted. Whoever is once taken, or refused, stays so.

    Args:
        who: who is wanted. If that is chosen by watching, frames are held back until the first second is over.
        size_px: (width, height) of the picture; where it is not known, its centre is that of the people seen.
    """

    def __init__(self, who: Who, size_px: tuple[int, int] | None) -> None:
        self._who, self._size_px = who, size_px
        self._watching = who.people is not None or isinstance(who.person, str)
        self._since_s: float | None = None
        self._held: deque[Placed] = deque()
        self._taken: set[int] = {who.person} if isinstance(who.person, int) else set()
        self._last_s: dict[int, float] = {}  # when everybody was seen last, whoever they are

    def push(self, placed: Placed) -> list[Placed]:
        """The next frame. Returns the frames that are now decided, with those of their people who are wanted."""
        self._held.append(placed)
        if self._watching:
            if self._since_s is None and placed.people:
                self._since_s = placed.time_s
            if self._since_s is not None:
                if placed.time_s - self._since_s < _WATCHED_S - _SAME_S:
                    return []
                self._choose()
        return self._released()

    def finish(self) -> list[Placed]:
        """What is still held back, after the last frame."""
        if self._watching:
            self._choose()
        return self._released()

    def _choose(self) -> None:
        self._watching = False
        self._taken.update(_ranked(self._held, self._who, self._size_px)[: self._who.people or 1])
        self._last_s = {person: placed.time_s for placed in self._held for person in placed.people}

    def _released(self) -> list[Placed]:
        held, self._held = self._held, deque()
        return [self._kept(placed) for placed in held]

    def _kept(self, placed: Placed) -> Placed:
        if self._who == EVERYBODY:
            return placed
        if self._who.people is not None:
            self._give_places(placed, self._who.people)
        return placed._replace(people={p: n for p, n in placed.people.items() if p in self._taken})

    def _give_places(self, placed: Placed, places: int) -> None:
        """Whoever comes gets a place if one is free, the larger before the smaller."""
        came = [person for person in placed.people if person not in self._last_s]
        self._last_s.update((p, max(placed.time_s, self._last_s.get(p, placed.time_s))) for p in placed.people)
        here = [p for p in self._taken if placed.time_s - self._last_s[p] <= GONE_S]
        came.sort(key=lambda p: (-placed.bodies.size_px[placed.people[p]], p))
        self._taken.update(came[: max(0, places - len(here))])


def _ranked(frames: Iterable[Placed], who: Who, size_px: tuple[int, int] | None) -> list[int]:
    """Everybody in these frames, in the order in which they are wanted; those who are hardly seen last."""
    sizes: dict[int, list[float]] = {}
    places: dict[int, list[np.ndarray]] = {}
    for placed in frames:
        for person, n in placed.people.items():
            there = placed.bodies.weight[n] > 0
            sizes.setdefault(person, []).append(float(placed.bodies.size_px[n]))
            places.setdefault(person, []).append(placed.bodies.joints_px[n][there].mean(axis=0))
    people = sorted(sizes)
    if not people:
        return []
    size = np.array([np.median(sizes[p]) for p in people])
    place_px = np.array([np.median(places[p], axis=0) for p in people])
    seen = np.array([len(sizes[p]) for p in people])
    centre_px = place_px.mean(axis=0) if size_px is None else np.array(size_px) / 2
    rule = look_up(PERSON_RULES, "largest" if who.person is None else str(who.person), "--person")
    order = np.lexsort((rule(size, place_px, centre_px), seen < _SEEN_SHARE * seen.max()))
    return [people[n] for n in order]
