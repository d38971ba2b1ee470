"""People by the ids that a file of keypoints gives them."""

from __future__ import annotations

import numpy as np

from poselift.data.detections import Detections
from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.tracking.rows import track_of


def by_file_ids(detections: Detections) -> Scene:
    """One track per id, from where the id is first to where it is last. Frames between without it are invalid.

    Raises:
        ShapeError: the detections have no ids.
    """
    if detections.track_id is None:
        raise ShapeError("track_id: these detections have no ids of their own", "find out who is who: people")
    tracks = []
    for track_id in np.unique(detections.track_id).tolist():
        rows = np.flatnonzero(detections.track_id == track_id)
        first, last = (int(frame) for frame in detections.frame[rows[[0, -1]]])
        tracks.append(track_of(detections, rows, track_id, first, last - first + 1))
    return Scene(detections.footage, tuple(tracks))
