"""Recordings of a store lifted and measured: the one way from a model and a data set to poses, and to numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from poselift.data.predictions import Predictions
from poselift.data.sources.recordings import GROUND_TRUTH, image_size, load_recorded, recorded_keypoints
from poselift.data.sources.truth import load_truth
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import SkeletonError
from poselift.lifting.lifter import Lifter
from poselift.metrics import DEFAULT_PROTOCOLS, Grouping, Report, evaluate
from poselift.normalisation.image_frame import image_frame_denormalised


def predict_recordings(
    lifter: Lifter,
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    detections: str = GROUND_TRUTH,
    *,
    on_clip: Callable[[int], None] = lambda done: None,
) -> Predictions:
    """Lift the 2D joints of clips.

    A model of the image frame predicts the image frame; a person_centred one millimetres relative to the root.

    Args:
        detections: which 2D joints, see `data.sources.recordings.detection_sources`.
        on_clip: called with the number of clips done.

    Raises:
        SkeletonError: the recordings are not of the model's skeleton.
        DataFormatError: the store holds no recordings or no such detections.
    """
    if not store.skeleton.same_joints(lifter.skeleton):
        raise SkeletonError(
            f"the recordings are of skeleton {store.skeleton.name}, the model is of {lifter.skeleton.name}",
            "use a model of the same skeleton",
        )
    joints = np.empty((sum(clip.length for clip in clips), len(lifter.skeleton), 3), dtype=np.float32)
    lift = _image_frame if lifter.normalisation == "image_frame" else _root_relative
    done = 0
    for number, clip in enumerate(clips, 1):
        joints[done : done + clip.length] = lift(lifter, store, clip, detections)
        done += clip.length
        on_clip(number)
    about = {"model": lifter.about["model"], "config": lifter.about["config"]}
    about |= {"detections": detections, "flip": lifter.flip}
    named = tuple((clip.name, clip.length) for clip in clips)
    return Predictions(joints, "image" if lift is _image_frame else "root_mm", named, about)


def evaluate_recordings(predictions: Predictions, store: DatasetStore, clips: Sequence[ClipInfo]) -> Report:
    """Errors of predictions for clips by action and by subject: every protocol that the predictions can have.

    Those in the image frame go to camera axes by the true root depth and box, so they have the lcn protocol too.
    Actions of the data set and subjects of these splits that the clips do not have are in the report, without frames.

    Raises:
        DataFormatError: the predictions are not of these clips.
    """
    predictions.check_fits(clips)
    truth = load_truth(store, clips)
    image = predictions.space == "image"
    predicted_mm = truth.to_camera(predictions.joints) if image else predictions.joints
    lengths = [clip.length for clip in clips]
    actions = store.about.get("actions", [])
    splits = {clip.split for clip in clips}
    subjects = [name for name, split in store.about.get("subjects", {}).items() if split in splits]
    groups = {
        "action": Grouping.of([clip.action for clip in clips], actions).repeated(lengths),
        "subject": Grouping.of([clip.subject for clip in clips], subjects).repeated(lengths),
    }
    protocols = (*(["lcn"] if image else []), *DEFAULT_PROTOCOLS, "velocity")
    return evaluate(
        predicted_mm,
        truth.joints_cam_mm,
        store.skeleton,
        groups,
        protocols=protocols,
        clip_lengths=lengths,
        about=predictions.about,
    )


def _image_frame(lifter: Lifter, store: DatasetStore, clip: ClipInfo, detections: str) -> np.ndarray:
    recorded = load_recorded(store, (clip,), detections, channels=lifter.in_channels)
    return image_frame_denormalised(lifter.network_output(recorded.inputs), image_size(store, clip))


def _root_relative(lifter: Lifter, store: DatasetStore, clip: ClipInfo, detections: str) -> np.ndarray:
    camera = store.camera_of(clip)
    # The projected truth knows no distortion.
    camera = camera.without_distortion() if detections == GROUND_TRUTH else camera
    return lifter.lift_arrays(*recorded_keypoints(store, clip, detections), camera)[0]
