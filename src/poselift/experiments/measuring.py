"""The errors of a trained network by a measure of an experiment."""

from __future__ import annotations

from dataclasses import dataclass

from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import DatasetStore
from poselift.errors import RecipeError
from poselift.evaluation.clips import chosen_clips
from poselift.evaluation.stores import evaluate_store, predict_store
from poselift.evaluation.views import VirtualCameras
from poselift.experiments.disturbed import DISTURBED, disturbed
from poselift.experiments.recipe import Measure
from poselift.lifting.lifter import Lifter


@dataclass(frozen=True)
class Measured:
    """What a measure says of a network.

    Attributes:
        frames: how many were measured.
        errors_mm: by protocol, the mean over frames and joints.
    """

    frames: int
    errors_mm: dict[str, float]


def measured(lifter: Lifter, store: DatasetStore, name: str, measure: Measure) -> Measured:
    """Lift what a measure asks for, and compare it with the truth.

    Raises:
        DataFormatError: the store lacks a split or detections, or no clip is left.
        RecipeError: the store has none of what `only` or `without` name, or a setting has no effect on such data.
    """
    check_measure(store, name, measure)
    clips = chosen_clips(store, measure.split, only=measure.only, without=measure.without)
    detections = measure.detections
    if measure.noise_px or measure.missing:
        store = disturbed(store, clips, detections, noise_px=measure.noise_px, missing=measure.missing)
        clips, detections = store.clips, DISTURBED
    views = ViewConfig()
    cameras = VirtualCameras(config=views.with_true_2d() if measure.true_2d else views)
    predicted = predict_store(lifter, store, clips, detections=detections, cameras=cameras)
    report = evaluate_store(predicted, store, clips)
    return Measured(report.n_frames, {protocol: result.mean_mm for protocol, result in report.results.items()})


def check_measure(store: DatasetStore, name: str, measure: Measure) -> None:
    """A setting that this kind of data does not know must not look as if it did something.

    Raises:
        RecipeError: the measure has such a setting.
    """
    recorded = store.kind == "recordings"
    of_the_other = ("true_2d",) if recorded else ("detections", "noise_px", "missing")
    for setting in of_the_other:
        if getattr(measure, setting) != Measure.model_fields[setting].default:
            kind = store.kind.replace("_", " ")
            raise RecipeError(f"measures.{name}.{setting} has no effect on {kind}", "leave it out")
