"""Arrays, as rtmlib (RTMPose, RTMW) gives them: `.npz` with `keypoints` (F, N, K, 2) and `scores` (F, N, K).

N people a frame, or no such axis of one person; the joints are told by their number, 17, 26 or 133. Of people who
are not there, all is NaN or all scores are 0.
"""

from __future__ import annotations

import numpy as np

from poselift.data.detections import Detections
from poselift.data.keypoints.file import KeypointFile
from poselift.data.keypoints.npz import arrays_in, check_unpacked
from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError

_PLACES, _SCORES = "keypoints", "scores"


def recognises(file: KeypointFile) -> bool:
    """An .npz of keypoints and scores."""
    return {_PLACES, _SCORES} <= arrays_in(file)


def read(file: KeypointFile, said: Said) -> Detections:
    """Everybody in every frame.

    Raises:
        DataFormatError: it is damaged, the arrays do not fit each other, or nobody says the frame rate.
        NoPersonError: nobody is in any frame.
    """
    check_unpacked(file)
    try:
        with open(file.path, "rb") as opened, np.load(opened, allow_pickle=False) as held:
            places, scores = held[_PLACES], held[_SCORES]
    except Exception as error:  # zip, zlib and numpy each have their own for a damaged file
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise DataFormatError(f"{file.path}: damaged, or no plain arrays ({reason})") from None
    if places.dtype.kind not in "fiu" or scores.dtype.kind not in "fiu":
        raise DataFormatError(f"{file.path}: expected numbers, found {places.dtype} and {scores.dtype}")
    if places.ndim == 3:
        places, scores = places[:, None], scores[:, None]
    if places.ndim != 4 or places.shape[-1] != 2 or scores.shape != places.shape[:-1]:
        raise DataFormatError(
            f"{file.path}: expected keypoints (frames, people, joints, 2) and a score of each, found {places.shape} "
            f"and {scores.shape}"
        )
    joints = np.concatenate([places, scores[..., None]], axis=-1).astype(np.float64)
    there = (np.isfinite(joints).all(axis=-1) & (joints[..., 2] > 0)).any(axis=-1)
    people = [
        FoundPerson(int(frame), f"frame {frame}", joints[frame, who])
        for frame, who in zip(*np.nonzero(there), strict=True)
    ]
    return detections_of_people(file.path, people, len(joints), said)
