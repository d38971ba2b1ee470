"""Models on a data set of either kind, which the store itself says: one function predicts, one measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from poselift.data.predictions import Predictions
from poselift.data.sources.recordings import GROUND_TRUTH
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError
from poselift.evaluation.recordings import evaluate_recordings, predict_recordings
from poselift.evaluation.views import LiftedViews, VirtualCameras, predict_views
from poselift.evaluation.views_report import evaluate_views
from poselift.lifting.lifter import Lifter
from poselift.metrics import Report
from poselift.skeleton import Skeleton


def predict_store(
    lifter: Lifter,
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    *,
    detections: str = GROUND_TRUTH,
    cameras: VirtualCameras | None = None,
    on_clip: Callable[[int], None] = lambda done: None,
) -> Predictions | LiftedViews:
    """Lift clips by a model of any normalisation and window: as they were recorded, or as virtual cameras see them.

    Args:
        detections: of recordings, which 2D joints, see `data.sources.recordings.detection_sources`.
        cameras: of motion capture. Default: `VirtualCameras()`.
        on_clip: called with the number of clips done.

    Raises:
        DataFormatError, SkeletonError, ShapeError: as for `predict_recordings` and `predict_views`.
    """
    if store.kind == "recordings":
        return predict_recordings(lifter, store, clips, detections, on_clip=on_clip)
    return predict_views(lifter, store, clips, cameras, on_clip=on_clip)


def evaluate_store(
    predicted: Predictions | LiftedViews,
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    joints_of: Skeleton | None = None,
) -> Report:
    """How far off the predictions for clips are, by every protocol that they can have.

    Args:
        joints_of: in whose joints. Default: the model's.

    Raises:
        SkeletonError: the model's joints do not convert to these.
        DataFormatError: the predictions are of the other kind of data, or not of these clips.
        ShapeError: those of frames that count are not finite.
    """
    if store.kind == "recordings" and isinstance(predicted, Predictions):
        return evaluate_recordings(predicted, store, clips, joints_of)
    if store.kind == "motion_capture" and isinstance(predicted, LiftedViews):
        return evaluate_views(predicted, joints_of)
    theirs = "recordings" if isinstance(predicted, Predictions) else "motion capture"
    raise DataFormatError(
        f"the predictions are of {theirs}, the data set holds {store.kind.replace('_', ' ')}",
        "predict this data set, or name a model",
    )
