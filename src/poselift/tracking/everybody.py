"""The people of detections that are known as a whole: what `PeopleTracker` tells frame by frame, as tracks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from poselift.data.detections import Detections
from poselift.data.scene import Scene
from poselift.tracking.people import PeopleTracker, SettledFrame
from poselift.tracking.rows import track_of


class _Row(NamedTuple):
    joints_px: np.ndarray
    confidence: np.ndarray


def everybody(detections: Detections) -> Scene:
    """A track for each person, from where they are seen first to where they are seen last."""
    footage = detections.footage
    tracker = PeopleTracker(detections.skeleton, footage.size_px)
    rows_of_frame = [detections.in_frame(frame) for frame in range(len(footage))]
    settled: list[SettledFrame] = []
    for here, time_s in zip(rows_of_frame, footage.time_s, strict=True):
        pairs = zip(detections.joints_px[here], detections.confidence[here], strict=True)
        settled += tracker.push([_Row(*pair) for pair in pairs], float(time_s))
    settled += tracker.finish()
    return scene_of(detections, settled, tracker.notes)


def scene_of(detections: Detections, settled: Iterable[SettledFrame], notes: Iterable[str] = ()) -> Scene:
    """The tracks of people by what a `PeopleTracker` told of all frames, and what it noted."""
    rows: dict[int, list[int]] = {}
    for frame, people in settled:
        first = detections.in_frame(frame).start
        for person, n in people.items():
            rows.setdefault(person, []).append(first + n)
    tracks = []
    for person, its_rows in sorted(rows.items()):
        start, last = (int(detections.frame[row]) for row in (its_rows[0], its_rows[-1]))
        tracks.append(track_of(detections, np.array(its_rows), person, start, last - start + 1))
    return Scene(detections.footage.noted(*notes), tuple(tracks))
