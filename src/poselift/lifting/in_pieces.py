"""Lifting while frames come: everybody of a video in 3D, piece by piece, each as soon as what it needs is known.

Errors are mended, gaps filled and joints smoothed by what comes later. So a piece waits for `foresight_s`, and is
lifted together with what is then known and with some seconds of the past. That is what lifting the whole video gives,
as far as neither the network nor the way of smoothing looks further, and where the sides of a person are told by some
seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from poselift.data.detections import Detections, SeenPerson
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.geometry.camera import Camera
from poselift.lifting.detected import filled, lift_filled, mended
from poselift.lifting.gaps import skipped_filled
from poselift.tracking.rows import track_of

if TYPE_CHECKING:
    from poselift.lifting.lifter import Lifter
    from poselift.lifting.options import LiftOptions
    from poselift.skeleton import Skeleton

# A piece is at least as long: shorter ones cost more, for each is lifted together with what is around it.
_PIECE_S = 0.25
# So much of the past tells which side is which: the one that is reported more often.
_SIDES_S = 3.0
# So many periods of a smoothing's cut-off are foreseen; and so many frames, for the ends of gaps and rounding.
_PERIODS, _MORE_FRAMES = 1.6, 3


class _Frame(NamedTuple):
    time_s: float
    people: Mapping[int, SeenPerson]
    looked_at: bool


class LiftingInPieces:
    """Push frames in order, and `finish` at the end. Every frame is in one of the scenes that are given, in order.

    Attributes:
        foresight_s: for how long a frame waits for later ones at most; while everybody is seen, much less.
        exchanged: whose left and right were exchanged in which of the frames that were given: ids and times.

    Args:
        skeleton: what the joints of the people are.
        fps: the nominal frame rate.
        camera: which sees them.
        looks_s: how long it is at most from a frame that is looked at to the next one.
    """

    def __init__(
        self,
        lifter: Lifter,
        options: LiftOptions,
        skeleton: Skeleton,
        fps: float,
        camera: Camera,
        looks_s: float = 0.0,
    ) -> None:
        self._lifter, self._options, self._skeleton = lifter, options, skeleton
        self._fps, self._camera = fps, camera
        window = lifter.window
        seen_s = window.frames * window.step / (window.fps or fps)
        self._lifted_s = seen_s + _PERIODS / options.cutoff_hz + _MORE_FRAMES / fps
        self.foresight_s = max(options.max_gap_s, looks_s) + self._lifted_s
        self._kept: list[_Frame] = []
        self._given = 0  # so many of those that are kept
        self._first_s: dict[int, float] = {}
        self._last: set[tuple[int, int]] = set()  # people and their joints
        self._missing_s: dict[tuple[int, int], float] = {}  # since when, of those that may come back
        self.exchanged: set[tuple[int, float]] = set()

    def push(self, time_s: float, people: Mapping[int, SeenPerson] | None) -> Iterator[Scene]:
        """Take the next frame, its people by their ids, and give the scene that is known now, if there is one.

        Of a frame that was not looked at, the people are None.
        """
        self._kept.append(_Frame(time_s, people or {}, people is not None))
        for person_id in people or ():
            self._first_s.setdefault(person_id, time_s)
        end = self._at(self._known_s(time_s, people or {}) - self._lifted_s)
        if end > self._given and self._kept[end - 1].time_s - self._kept[self._given].time_s >= _PIECE_S:
            yield self._scene(end)

    def finish(self) -> Iterator[Scene]:
        """Give the rest; nothing can be pushed afterwards."""
        if self._given < len(self._kept):
            yield self._scene(len(self._kept))

    def _known_s(self, time_s: float, people: Mapping[int, SeenPerson]) -> float:
        """Until when it is known which joints of whom are there: what is missing may come back, and be filled."""
        seen = {
            (who, joint) for who, person in people.items() for joint in np.flatnonzero(person.confidence > 0).tolist()
        }
        self._missing_s = {each: since_s for each, since_s in self._missing_s.items() if each not in seen}
        self._missing_s |= dict.fromkeys(self._last - seen, time_s)
        self._last = seen
        waits_s = self.foresight_s - self._lifted_s + _MORE_FRAMES / self._fps
        self._missing_s = {each: since_s for each, since_s in self._missing_s.items() if time_s - since_s <= waits_s}
        return min(self._missing_s.values(), default=time_s)

    def _at(self, time_s: float) -> int:
        """The first of the kept frames that is later."""
        return next((n for n, frame in enumerate(self._kept) if frame.time_s > time_s), len(self._kept))

    def _scene(self, end: int) -> Scene:
        """The frames up to `end` that were not given before."""
        footage = Footage(
            np.array([frame.time_s for frame in self._kept]), self._camera.size_px, self._camera, fps=self._fps
        )
        ids = sorted({person_id for frame in self._kept for person_id in frame.people})
        seen = Scene(footage, tuple(self._track(person_id, footage) for person_id in ids))
        looked_at = np.array([frame.looked_at for frame in self._kept])
        known = skipped_filled(seen.mapped(mended), looked_at)
        known = known.mapped(lambda clip: filled(clip, self._options.max_gap_s))
        self.exchanged |= exchanged_frames(seen.part(self._given, end), known.part(self._given, end))
        first = self._at(self._kept[self._given].time_s - self._lifted_s)
        last = self._at(self._kept[end - 1].time_s + self._lifted_s)
        lifted = lift_filled(known.part(first, last), self._lifter, self._options)
        scene = lifted.part(self._given - first, end - first)
        gone = self._at(self._kept[end - 1].time_s - max(self.foresight_s, _SIDES_S))
        del self._kept[:gone]
        self._given = end - gone
        return scene

    def _track(self, person_id: int, footage: Footage) -> Track:
        """One person's track. If it began before the kept frames, they belong to it from the first of them on."""
        there = [n for n, frame in enumerate(self._kept) if person_id in frame.people]
        people = [self._kept[n].people[person_id] for n in there]
        detections = Detections(
            footage,
            self._skeleton,
            np.array(there),
            np.stack([person.joints_px for person in people]),
            np.stack([person.confidence for person in people]),
        )
        first = there[0] if self._first_s[person_id] >= footage.time_s[0] else 0
        return track_of(detections, np.arange(len(there)), person_id, first, there[-1] + 1 - first)


def exchanged_frames(seen: Scene, right: Scene) -> set[tuple[int, float]]:
    """Whose left and right were exchanged, and when: ids and times in which joints are not where they were seen."""
    found = set()
    for before, after in zip(seen.tracks, right.tracks, strict=True):
        observed = before.clip.valid & ~after.clip.filled
        moved = observed & (before.clip.keypoints.joints_px != after.clip.keypoints.joints_px).any((1, 2))
        found |= {(before.id, time_s) for time_s in before.clip.time_s[moved].tolist()}
    return found
