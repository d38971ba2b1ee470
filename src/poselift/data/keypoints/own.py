"""The 2D joints of poselift's own results, `.npz` and `.json`: to lift them again, by another model."""

from __future__ import annotations

import numpy as np

from poselift.data.clip_file_v1 import FORMAT as FORMAT_V1
from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.said import Said
from poselift.data.scene_file import FORMAT, load
from poselift.errors import DataFormatError

_FORMATS = tuple(f'"{name}"'.encode() for name in (FORMAT, FORMAT_V1))


def recognises(file: KeypointFile) -> bool:
    """JSON that says so at its beginning; or `.npz` with our header."""
    if file.is_json:
        return any(name in file.head for name in _FORMATS)
    if file.is_folder or file.suffix != ".npz":
        return False
    try:
        with open(file.path, "rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            return "header" in arrays
    except Exception:  # zip, zlib and numpy each have their own for a damaged file; reading it says which
        return True


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in the file in the frames in which they are, with the ids that the file gives them.

    Raises:
        DataFormatError: the file is damaged or none of ours, or does not hold people in 2D of one skeleton.
        ShapeError: what is said about its frames cannot be.
    """
    scene = load(file.path)
    skeletons = {person.clip.skeleton for person in scene.tracks}
    if len(skeletons) != 1:
        raise DataFormatError(f"{file.path}: expected people of one skeleton, found {len(skeletons)}")
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
    held = scene.footage
    footage = said.footage(file.path, len(held), fps=held.fps, time_s=held.time_s, size_px=held.size_px)
    kept = footage.replaced(camera=held.camera, source=held.source, notes=held.notes)
    return Detections(kept, skeletons.pop(), frame[order], seen_px, seen, track_id)
