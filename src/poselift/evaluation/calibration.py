"""Examples of what a network sees, from which int8 learns the ranges of its numbers."""

from __future__ import annotations

import numpy as np

from poselift.data.model_header import ModelHeader
from poselift.data.sources.recordings import GROUND_TRUTH, load_recorded
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.data.store import DatasetStore
from poselift.errors import RecipeError, SkeletonError
from poselift.evaluation.views import seen_split
from poselift.normalisation import normaliser

_POSES = 10_000
_SPLIT = "train"


def calibration_inputs(store: DatasetStore, header: ModelHeader) -> np.ndarray:
    """Inputs (N, J, K) of the network for some 10,000 training poses.

    A person_centred model sees motion capture as a detector would; one of the image frame recordings, by those 2D
    joints that its recipe names, or else by the true ones.

    Raises:
        RecipeError: the store is of the other kind than the model.
        DataFormatError: the store has no training poses, or lacks those 2D joints.
        SkeletonError: the store's skeleton does not convert to the model's, or is another one for recordings.
    """
    needed = "joints_world_mm" if header.normalisation == "person_centred" else "joints_cam_mm"
    if needed not in store.arrays:
        kind = "motion capture" if needed == "joints_world_mm" else "recordings"
        raise RecipeError(
            f"expected {kind}, for a model of normalisation {header.normalisation}; the dataset has no {needed}",
            "calibrate with the dataset that the model was trained on",
        )
    make = _seen if header.normalisation == "person_centred" else _recorded
    return make(store, header)


def _seen(store: DatasetStore, header: ModelHeader) -> np.ndarray:
    views = seen_split(store, (_SPLIT,), header.skeleton, ViewConfig(), views=1, seed=0).views
    chosen = np.random.default_rng(0).permutation(len(views))[:_POSES]
    seen = views.rows(chosen).seen(header.skeleton)
    inputs: np.ndarray = normaliser(header.normalisation).normalised(seen, header.in_channels).inputs[:, 0]
    return inputs


def _recorded(store: DatasetStore, header: ModelHeader) -> np.ndarray:
    if not store.skeleton.same_joints(header.skeleton):
        raise SkeletonError(
            f"the recordings are of skeleton {store.skeleton.name}, the model is of {header.skeleton.name}",
            "calibrate with the dataset that the model was trained on",
        )
    clips = store.clips_of((_SPLIT,))
    stride = max(1, sum(clip.length for clip in clips) // _POSES)
    return load_recorded(store, clips, _trained_on(header), channels=header.in_channels, stride=stride).inputs


def _trained_on(header: ModelHeader) -> str:
    """Which 2D joints, see `data.sources.recordings.detection_sources`."""
    match header.about:  # anybody may write anything there
        case {"recipe": {"data": {"detections": str(detections)}}}:
            return detections
    return GROUND_TRUTH
