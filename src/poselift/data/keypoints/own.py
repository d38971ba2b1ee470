"""The 2D joints of poselift's own results, `.npz` and `.json`: to lift them again, by another model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from poselift.data.detections import Detections
from poselift.data.scene_file import load
from poselift.errors import DataFormatError


def read_own(path: Path) -> Detections:
    """Everybody in the file in the frames in which they are, with the ids that the file gives them.

    Raises:
        DataFormatError: the file is damaged or none of ours, or does not hold people in 2D of one skeleton.
    """
    scene = load(path)
    skeletons = {person.clip.skeleton for person in scene.tracks}
    if len(skeletons) != 1:
        raise DataFormatError(f"{path}: expected people of one skeleton, found {len(skeletons)}")
    frames, joints_px, confidence, ids = [], [], [], []
    for person in scene.tracks:
        rows = np.flatnonzero(person.clip.valid)
        keypoints = person.clip.keypoints
        frames.append(rows + person.first_frame)
        joints_px.append(keypoints.joints_px[rows])
        confidence.append(keypoints.confidence[rows])
        ids.append(np.full(len(rows), person.id))
    frame = np.concatenate(frames)
    order = np.argsort(frame, kind="stable")
    columns = (np.concatenate(column)[order] for column in (joints_px, confidence, ids))
    seen_px, seen, track_id = columns
    return Detections(scene.footage, skeletons.pop(), frame[order], seen_px, seen, track_id)
