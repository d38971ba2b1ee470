"""People as most files hold them, so many joints each, to `Detections`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from poselift.data.detections import Detections
from poselift.data.keypoints.layouts import layout_of
from poselift.data.keypoints.rows import Rows
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError, NoPersonError
from poselift.skeleton import Skeleton

# Frames are numbered by files: one wrong number must not make a clip of years.
_SPARSEST, _FEW = 1000, 1_000_000


class FoundPerson(NamedTuple):
    """Somebody in a frame.

    Attributes:
        frame: its number, from 0.
        record: what to call it in errors, within its file.
        joints: (K, 3) x, y and confidence.
        track_id: who it is, where the file says so.
    """

    frame: int
    record: str
    joints: Float[np.ndarray, "_ 3"]
    track_id: Any = None


def detections_of_people(
    path: object,
    people: Sequence[FoundPerson],
    n_frames: int,
    said: Said,
    *,
    skeleton: Skeleton | None = None,
    fps: float | None = None,
    time_s: Float[np.ndarray, " frames"] | None = None,
    size_px: tuple[int, int] | None = None,
) -> Detections:
    """The people of a file, whose joints are those that their number says.

    Args:
        n_frames: how many frames the file has, also those without people.
        skeleton: where the file says what its joints are.
        fps, time_s, size_px: what else the file says itself.

    Raises:
        NoPersonError: there are none, or no joint of them is seen.
        DataFormatError: they have different numbers of joints, or as for `layout_of`, `Said.footage` and `Rows`.
    """
    if not people:
        raise NoPersonError(f"{path}: nobody is in any of its {n_frames} frames")
    if n_frames > _SPARSEST * len(people) + _FEW:
        raise DataFormatError(
            f"{path}: expected frames for {len(people)} people, found numbers up to {n_frames - 1}",
            "number frames from 0, one after the other",
        )
    count = len(people[0].joints)
    notes: tuple[str, ...] = ()
    if skeleton is None or said.skeleton is not None:
        skeleton, notes = layout_of(count, said, path, [person.joints for person in people])
    rows = Rows(path, skeleton)
    for person in people:
        if len(person.joints) != count:
            raise DataFormatError(
                f"{path}: {person.record}: expected {count} joints as before, found {len(person.joints)}"
            )
        rows.add(person.frame, person.joints[: len(skeleton)], person.track_id, record=person.record)
    footage = said.footage(str(path), n_frames, fps=fps, time_s=time_s, size_px=size_px)
    return rows.detections(footage, said, notes=notes)
