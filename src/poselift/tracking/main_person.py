"""One person followed through the frames of a video."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from poselift.data.detections import Detections, SeenPerson
from poselift.data.scene import Scene
from poselift.detect.base import Detection
from poselift.skeleton import Skeleton
from poselift.tracking.rows import track_of

# How far the joints move at most, on average and in sizes of the person: at once, and per second.
_REACH, _SPEED = 0.25, 2.0


def main_person(detections: Detections) -> Scene:
    """One track through the whole footage, of the person that `MainPerson` follows; nobody where nobody is seen."""
    follower = MainPerson(detections.skeleton)
    rows = []
    for frame, time_s in enumerate(detections.footage.time_s):
        here = detections.in_frame(frame)
        pairs = zip(detections.joints_px[here], detections.confidence[here], strict=True)
        chosen = follower.among([Detection(joints_px, confidence) for joints_px, confidence in pairs], float(time_s))
        if chosen is not None:
            rows.append(here.start + chosen)
    if not rows:
        return Scene(detections.footage)
    whole = track_of(detections, np.array(rows), track_id=1, first_frame=0, n_frames=len(detections.footage))
    return Scene(detections.footage, (whole,))


class MainPerson:
    """Who is largest at first, and afterwards who is nearest to them. Holds where they were seen last."""

    def __init__(self, skeleton: Skeleton) -> None:
        self._mirror = skeleton.flip_permutation
        self._last: SeenPerson | None = None
        self._last_s = 0.0

    def among(self, found: Sequence[SeenPerson], time_s: float) -> int | None:
        """Which of those found at `time_s`, which rises from call to call, is the person.

        None where nobody is near: a false detection, or somebody else alone, is a gap and no change of person. The
        longer the gap, the further away the person may be.
        """
        nearest = self._nearest(found, time_s)
        if nearest is not None:
            self._last, self._last_s = found[nearest], time_s
        return nearest

    def _nearest(self, found: Sequence[SeenPerson], time_s: float) -> int | None:
        last = self._last
        if not found or last is None:
            return max(range(len(found)), key=lambda i: _size_px(found[i]), default=None)
        distances_px = [_distance_px(person, last, self._mirror) for person in found]
        nearest = int(np.argmin(distances_px))
        reach_px = (_REACH + _SPEED * (time_s - self._last_s)) * _size_px(last)
        return nearest if distances_px[nearest] <= reach_px else None


def _distance_px(person: SeenPerson, last: SeenPerson, mirror: np.ndarray) -> float:
    """How far the joints have moved on average; exchanged sides, which are mended later, do not count as movement."""
    distances = []
    for order in (np.arange(len(mirror)), mirror):
        both = (person.confidence[order] > 0) & (last.confidence > 0)
        steps = np.linalg.norm(person.joints_px[order][both] - last.joints_px[both], axis=-1)
        distances.append(float(steps.mean()) if both.any() else np.inf)
    return min(distances)


def _size_px(person: SeenPerson) -> float:
    """Diagonal of the box around a person's joints."""
    seen = person.joints_px[person.confidence > 0]
    return float(np.linalg.norm(np.ptp(seen, axis=0))) if len(seen) else 0.0
