"""Whether the poses of a store look like people in the units, axes and order of joints that they should be in.

Every look is at a few frames of a few clips. What cannot be is an error; what only looks odd is said.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from poselift.data.bone_lengths import oddity, order_that_fits
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError
from poselift.skeleton import Skeleton

logger = logging.getLogger(__name__)

LEAST_FRAMES = 10
_CLIPS, _FRAMES_OF_A_CLIP = 60, 12
# The diagonal of the box around a body, in millimetres, and how the same body looks in other units.
_SMALLEST_MM, _LARGEST_MM = 300.0, 6000.0
_UNITS = {"metres": 1000.0, "centimetres": 10.0, "inches": 25.4}
_UPPER = ("head", "nose", "neck", "thorax", "shoulder")
_LOWER = ("knee", "ankle", "foot", "heel", "toe")
# Mean cosine between the way from the legs to the head and an axis. Whoever does acrobatics stands most of the time.
_FALLEN, _ALWAYS = -0.35, 0.8
_TRUST = "if it is so, set data.trusted = true"


class Sample(NamedTuple):
    """Some poses of a store.

    Attributes:
        joints_mm: (N, J, 3) in the axes of the store.
        clip: (N,) of which clip each is.
    """

    joints_mm: Float[np.ndarray, "poses joints 3"]
    clip: Int[np.ndarray, " poses"]


def check_plausible(store: DatasetStore, splits: Sequence[str], name: Path) -> None:
    """Refuse poses that no training should see, and warn of those that look odd.

    Args:
        splits: those that are trained on.
        name: of the store, for messages.

    Raises:
        DataFormatError: there are less than `LEAST_FRAMES` poses, they are in another unit than millimetres, upside
            down, or lie where they should stand.
    """
    clips = store.clips_of(splits)
    count = sum(int(store.valid_frames(clip).sum()) for clip in clips)
    if count < LEAST_FRAMES:
        raise DataFormatError(
            f"{name}: {count} poses in split {' and '.join(splits)}, expected {LEAST_FRAMES} or more to learn from",
            "record some minutes of motion; the more of it differs, the better",
        )
    sample = _sample(store, clips)
    if not len(sample.joints_mm):
        return  # which is complained about where poses are read
    _check_size(sample, name)
    odd = oddity(sample.joints_mm, sample.clip, store.skeleton)
    if odd is None:
        _check_up(sample, store, name)
        return
    # Which joints are heads and feet is then not known either.
    other = order_that_fits(sample.joints_mm, sample.clip, store.skeleton)
    guess = f"they fit the order of {other}" if other else "are the joints in another order?"
    logger.warning("%s: the bones of %s look wrong: %s; %s", name, store.skeleton.name, odd, guess)


def _sample(store: DatasetStore, clips: Sequence[ClipInfo]) -> Sample:
    poses, numbers = [], []
    joints = store.joints_cam_mm if store.kind == "recordings" else store.joints_world_mm
    for number in _spaced(len(clips), _CLIPS):
        valid = np.flatnonzero(store.valid_frames(clips[number]))
        frames = clips[number].start + valid[_spaced(len(valid), _FRAMES_OF_A_CLIP)]
        chosen = np.asarray(joints[frames], dtype=np.float64)
        chosen = chosen[np.isfinite(chosen).all(axis=(1, 2))]
        poses.append(chosen)
        numbers.append(np.full(len(chosen), number))
    return Sample(np.concatenate(poses), np.concatenate(numbers))


def _spaced(total: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, total - 1, min(total, most)).round().astype(np.int64))


def _check_size(sample: Sample, name: Path) -> None:
    size = float(np.median(np.linalg.norm(np.ptp(sample.joints_mm, axis=1), axis=-1)))
    if _SMALLEST_MM <= size <= _LARGEST_MM:
        return
    # The unit in which they would be nearest to the size of somebody who stands.
    unit = min(_UNITS, key=lambda unit: abs(np.log(max(size, 1e-9) * _UNITS[unit] / 1800)))
    fits = _SMALLEST_MM <= size * _UNITS[unit] <= _LARGEST_MM
    raise DataFormatError(
        f"{name}: a person measures {size:.4g} across, expected some {_SMALLEST_MM:g} to {_LARGEST_MM:g} millimetres"
        + (f"; are these {unit}?" if fits else ""),
        f"multiply the joints by {_UNITS[unit]:g}" if fits else "joints are in millimetres",
    )


def _check_up(sample: Sample, store: DatasetStore, name: Path) -> None:
    upper, lower = (_named(store.skeleton, words) for words in (_UPPER, _LOWER))
    if not upper or not lower:
        return
    up = sample.joints_mm[:, upper].mean(axis=1) - sample.joints_mm[:, lower].mean(axis=1)
    cosines = np.mean(up / np.maximum(np.linalg.norm(up, axis=-1, keepdims=True), 1e-9), axis=0)
    of_camera = store.kind == "recordings"
    along = -cosines[1] if of_camera else cosines[2]
    expected = "y down in camera axes" if of_camera else "z up in world axes"
    if along < _FALLEN:
        raise DataFormatError(
            f"{name}: people are upside down: their heads are below their feet, expected {expected}",
            f"turn the joints by half a turn about x: (x, y, z) to (x, -y, -z); {_TRUST}",
        )
    if not of_camera and max(abs(cosines[:2])) > _ALWAYS:
        axis = int(np.argmax(np.abs(cosines[:2])))
        sign = "" if cosines[axis] > 0 else "-"
        raise DataFormatError(
            f"{name}: people always lie along {sign}{'xy'[axis]}, expected {expected}",
            f"is {sign}{'xy'[axis]} up? then turn the joints so that it becomes z; {_TRUST}",
        )


def _named(skeleton: Skeleton, words: Sequence[str]) -> list[int]:
    return [j for j, joint in enumerate(skeleton.joints) if any(word in joint.lower() for word in words)]
