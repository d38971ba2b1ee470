"""What a run predicts for recordings, be it a model or a file of predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from poselift.data.predictions import Predictions, load_predictions
from poselift.data.store import ClipInfo, DatasetStore
from poselift.evaluation.opening import opened_lifter
from poselift.evaluation.recordings import predict_recordings


def predictions_of(
    run: Path,
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    detections: str,
    *,
    on_clip: Callable[[int], None] = lambda done: None,
    **options: Any,
) -> Predictions:
    """What a run predicts for clips: read from an .npz of `poselift predict`, or by a lifter with its options.

    Args:
        detections: of models, which 2D joints, see `data.sources.recordings.detection_sources`.
        on_clip: called with the number of clips that a model has done.

    Raises:
        DataFormatError, CheckpointError, SkeletonError: as for `load_predictions`, `opened_lifter` and
            `predict_recordings`.
    """
    if run.suffix == ".npz":
        return load_predictions(run)
    with opened_lifter(run, **options) as lifter:
        return predict_recordings(lifter, store, clips, detections, on_clip=on_clip)
