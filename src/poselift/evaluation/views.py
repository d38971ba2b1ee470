"""Motion capture seen by virtual cameras, lifted: how well a model does where the truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from poselift.data.sources.virtual_cameras import ViewConfig, Views, draw_views
from poselift.data.store import DatasetStore
from poselift.errors import DataFormatError
from poselift.geometry.camera import Camera
from poselift.lifting.lifter import Lifter
from poselift.skeleton import Skeleton, conversion


class SeenSplit(NamedTuple):
    """Each pose of a split as often as there are views.

    Attributes:
        views: truth and detections of N poses.
        actions: (N,) the action of each pose's clip.
        left_out: how many poses of the split are not finite.
    """

    views: Views
    actions: list[str]
    left_out: int


def seen_split(
    store: DatasetStore, splits: Sequence[str], skeleton: Skeleton, config: ViewConfig, *, views: int, seed: int
) -> SeenSplit:
    """The poses of some splits in `skeleton`, through cameras that depend on the seed, view and clip alone.

    Raises:
        DataFormatError: the store has no such split, or no pose of it is finite.
        SkeletonError: the store's skeleton does not convert to `skeleton`.
    """
    convert = conversion(store.skeleton, skeleton)
    clips = store.clips_of(splits)
    parts: list[Views] = []
    actions: list[str] = []
    for number, clip in enumerate(clips):
        joints_world_mm = convert.joints(np.asarray(store.joints_world_mm[clip.frames], dtype=np.float64))
        joints_world_mm = joints_world_mm[np.isfinite(joints_world_mm).all(axis=(1, 2))]
        if len(joints_world_mm) == 0:
            continue
        for view in range(views):
            rng = np.random.default_rng((seed, view, number))
            parts.append(draw_views(joints_world_mm, skeleton, config, rng))
            actions += [clip.action or clip.name] * len(joints_world_mm)
    if not parts:
        raise DataFormatError(f"split {' and '.join(splits)} has no finite pose", "prepare the dataset again")
    return SeenSplit(Views.joined(parts), actions, sum(clip.length for clip in clips) - len(actions) // views)


def lift_views(lifter: Lifter, views: Views) -> np.ndarray:
    """Joints (N, J, 3) in camera axes, relative to the root, in millimetres."""
    # The image of this camera is the plane z = 1.
    camera = Camera(focal_px=np.ones(2), center_px=np.zeros(2))
    return lifter.lift_arrays(views.joints_plane, views.confidence, camera)[0]
