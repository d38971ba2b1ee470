"""Calibration of expected errors: how far off joints of the validation split are against what a model expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from poselift.data.sources.recordings import GROUND_TRUTH
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError, RecipeError
from poselift.evaluation.expected_errors import joint_reliability
from poselift.evaluation.recordings import lifted_recording, recordings_for
from poselift.evaluation.views import predict_views
from poselift.evaluation.views_report import views_reliability
from poselift.lifting.lifter import Lifter
from poselift.metrics import Reliability

_SPLIT = "val"


def validation_reliability(
    lifter: Lifter,
    store: DatasetStore,
    detections: str = GROUND_TRUTH,
    *,
    on_clip: Callable[[int], None] = lambda done: None,
) -> Reliability:
    """Expected and observed errors on the validation split, as `poselift evaluate --split val` finds them.

    Motion capture is seen as by a detector. The `factor` is what a header's `error_scale` is to be multiplied by.

    Args:
        detections: of recordings, which 2D joints, see `data.sources.recordings.detection_sources`.
        on_clip: called with the number of clips done.

    Raises:
        RecipeError: the model does not say how far off it expects joints to be.
        DataFormatError: the store has no validation split, the model says nothing of it, or it lacks those 2D joints.
        SkeletonError: the store's skeleton does not convert to the model's.
        ShapeError: a clip has less than a quarter of the frames a second that the model sees.
    """
    if not lifter.says_error:
        raise RecipeError(
            "the model does not say how far off it expects joints to be", "train with model.uncertainty"
        )
    clips = store.clips_of((_SPLIT,))
    if store.kind == "recordings":
        return _recorded(lifter, recordings_for(store, lifter.skeleton), clips, detections, on_clip)
    found = views_reliability(predict_views(lifter, store, clips, on_clip=on_clip))
    if found is None:
        raise _nothing_said()
    return found


def _recorded(
    lifter: Lifter, store: DatasetStore, clips: Sequence[ClipInfo], detections: str, on_clip: Callable[[int], None]
) -> Reliability:
    def parts() -> Iterator[tuple[np.ndarray, ...]]:
        for number, clip in enumerate(clips, 1):
            lifted = lifted_recording(lifter, store, clip, detections)
            there = np.isfinite(lifted.expected_error_mm).all(axis=1)
            truth_mm = np.asarray(store.joints_cam_mm[clip.frames], dtype=np.float64)
            yield lifted.expected_error_mm[there], lifted.joints_root_mm[there], truth_mm[there]
            on_clip(number)

    expected_error_mm, joints_root_mm, joints_cam_mm = map(np.concatenate, zip(*parts(), strict=True))
    if len(expected_error_mm) == 0:
        raise _nothing_said()
    return joint_reliability(expected_error_mm, joints_root_mm, joints_cam_mm, lifter.skeleton)


def _nothing_said() -> DataFormatError:
    return DataFormatError(
        f"split {_SPLIT}: there is no frame of which the model says how far off it expects joints to be",
        "look at its 2D joints",
    )
