"""People of a file as they are read, one after the other, to `Detections`: what every format must be wary of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.data.keypoints.said import Said
from poselift.data.picture_shares import HINT, are_shares
from poselift.errors import DataFormatError, NoPersonError
from poselift.skeleton import Skeleton

# Detectors say a little more than 1 of joints that they are sure of.
_ROUNDING = 1.1
# Where nobody says how large the picture is.
_SOME_PICTURE_PX = (640, 480)
# A tracker that loses everybody in most frames is none: each id is in so many frames at most, on average.
_RENEWED = 1.5


class Rows:
    """Collects the people of a file and makes `Detections` of them.

    Args:
        path: of the file, for errors.
        skeleton: what its joints are.
    """

    def __init__(self, path: object, skeleton: Skeleton) -> None:
        self._path, self._skeleton = path, skeleton
        self._frames: list[int] = []
        self._joints: list[np.ndarray] = []
        self._ids: list[int | None] = []

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def n_frames(self) -> int:
        """The last frame that somebody is in, and one."""
        return max(self._frames, default=-1) + 1

    def add(self, frame: int, joints: Any, track_id: Any = None, *, record: str = "") -> None:
        """Somebody in a frame.

        Args:
            joints: J numbers of x, y and confidence: (J, 3), or flat. Without a confidence, (J, 2), a joint is seen
                where its place is finite. A joint that is not finite, or of no confidence, is missing.
            track_id: who it is, where the file says it: a whole number. None, and -1, say nothing.
            record: what to call it in errors. Default: the frame.

        Raises:
            DataFormatError: the numbers are not so many, or no numbers.
        """
        where = f"{self._path}: {record or f'frame {frame}'}"
        expected = len(self._skeleton)
        try:
            array = np.asarray(joints, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise DataFormatError(f"{where}: expected numbers for {expected} joints, found something else") from None
        if array.ndim == 1 and array.size == 3 * expected:
            array = array.reshape(expected, 3)
        if array.shape == (expected, 2):
            array = np.concatenate([array, np.isfinite(array).all(axis=1, keepdims=True)], axis=1)
        if array.shape != (expected, 3):
            raise DataFormatError(
                f"{where}: expected x, y and confidence of {expected} joints ({self._skeleton.name}), found numbers "
                f"of shape {array.shape}"
            )
        if isinstance(track_id, float) and track_id.is_integer():
            track_id = int(track_id)
        if track_id is not None and (isinstance(track_id, bool) or not isinstance(track_id, int | np.integer)):
            raise DataFormatError(f"{where}: expected a whole number as id, found {str(track_id)[:40]!r}")
        self._frames.append(int(frame))
        self._joints.append(array)
        self._ids.append(None if track_id is None or track_id < 0 else int(track_id))

    def detections(self, footage: Footage, said: Said, *, notes: Sequence[str] = ()) -> Detections:
        """Everybody who was added, by frame. People of whom no joint is seen are nobody.

        Ids count if everybody has one, nobody has one twice in a frame, and they are not new in every frame.

        Raises:
            DataFormatError: coordinates are shares of the picture, or confidences more than 1.
            NoPersonError: nobody was added, or no joint of anybody is seen.
        """
        if not self._frames:
            raise NoPersonError(f"{self._path}: holds no person", "was anybody found in the video?")
        order = np.argsort(self._frames, kind="stable")
        joints = _known(np.stack([self._joints[n] for n in order]))
        confidence = self._confidences(joints, said, order)
        there = np.asarray((confidence > 0).any(axis=1))
        if not there.any():
            raise NoPersonError(
                f"{self._path}: every joint of {len(there)} people has the confidence 0: nobody is seen",
                "does the file hold confidences at all? leave out the column, or write 1",
            )
        joints_px = joints[..., :2]
        self._check_pixels(joints_px[confidence > 0], footage)
        frame = np.array(self._frames)[order][there]
        ids, note = self._known_ids(frame, [self._ids[n] for n in order[there]])
        return Detections(
            footage.noted(*notes, *note),
            self._skeleton,
            frame,
            joints_px[there].astype(np.float32),
            confidence[there].astype(np.float32),
            ids,
        )

    def _confidences(self, joints: np.ndarray, said: Said, order: np.ndarray) -> np.ndarray:
        known = np.isfinite(joints).all(axis=-1)
        confidence = np.where(known, joints[..., 2], 0) / (said.most_confidence or 1)
        wrong = (confidence < 0) | (confidence > (_ROUNDING if said.most_confidence is None else np.inf))
        if wrong.any():
            row, joint = np.argwhere(wrong)[0]
            frame, largest = self._frames[order[row]], joints[known][:, 2].max()
            raise DataFormatError(
                f"{self._path}: frame {frame}, {self._skeleton.joints[joint]}: expected a confidence of 0 to 1, "
                f"found {joints[row, joint, 2]:g}; the largest is {largest:g}",
                "--most-confidence 100 for percent, or the largest score that there is",
            )
        return np.minimum(confidence, 1)

    def _check_pixels(self, seen_px: np.ndarray, footage: Footage) -> None:
        if are_shares(seen_px, footage.size_px or _SOME_PICTURE_PX):
            low, high = seen_px.min(), seen_px.max()
            raise DataFormatError(
                f"{self._path}: expected pixels, found coordinates from {low:.3g} to {high:.3g}, which are shares of "
                "the picture",
                HINT,
            )

    def _known_ids(self, frame: np.ndarray, ids: list[int | None]) -> tuple[np.ndarray | None, tuple[str, ...]]:
        known = [each for each in ids if each is not None]
        if len(known) < len(ids):
            partly = "some people have no id in the file: who is who was found out anew"
            return None, (partly,) if known else ()
        pairs = set(zip(frame.tolist(), known, strict=True))
        if len(pairs) < len(known):
            return None, ("an id is given twice in a frame of the file: who is who was found out anew",)
        if len(np.unique(frame)) > 2 and len(known) < _RENEWED * len(set(known)):
            return None, ("the file gives everybody a new id in nearly every frame: who is who was found out anew",)
        return np.array(known), ()


def _known(joints: np.ndarray) -> np.ndarray:
    """The same joints; what is no number, or none that Detections can hold, is NaN."""
    held = (np.abs(joints) <= np.finfo(np.float32).max).all(axis=-1, keepdims=True)
    return np.where(held, joints, np.nan)
