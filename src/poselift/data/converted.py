"""Recordings in the joints of another skeleton, for networks of those joints to train on and be judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from poselift.data.store import DatasetStore
from poselift.skeleton import Skeleton, conversion

# Some frames at a time: the means of all joints of a million frames are made in float32, but need room for each part.
_FRAMES = 65_536


def converted_recordings(store: DatasetStore, skeleton: Skeleton) -> DatasetStore:
    """The store in `skeleton`, its arrays in memory; the store itself, on disk, where it has these joints and root.

    A joint that is made of several is as confident as the least confident of them.

    Raises:
        SkeletonError: the store's skeleton does not convert to `skeleton`.
    """
    if store.skeleton.same_joints(skeleton):
        return store
    convert = conversion(store.skeleton, skeleton).whole()
    arrays = dict(store.arrays)
    for name, array in store.arrays.items():
        if name.startswith("joints_"):
            arrays[name] = _in_pieces(convert.joints, array)
        elif name.startswith("confidence"):
            arrays[name] = _in_pieces(convert.confidence, array)
    return replace(store, skeleton=skeleton, arrays=arrays)


def _in_pieces(convert: Callable[[np.ndarray], np.ndarray], array: np.ndarray) -> np.ndarray:
    pieces = [convert(array[start : start + _FRAMES]) for start in range(0, max(len(array), 1), _FRAMES)]
    return np.concatenate(pieces).astype(array.dtype, copy=False)
