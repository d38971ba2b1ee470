"""Recordings of a store lifted and measured: the one way from a model and a data set to poses, and to numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from poselift.data.converted import converted_recordings
from poselift.data.predictions import Predictions
from poselift.data.sources.recordings import GROUND_TRUTH, clip_seen, frames_read, image_size
from poselift.data.sources.truth import load_truth
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import SkeletonError
from poselift.evaluation.clip_lifting import LiftedClip, lifted_clip, network_says, stretches
from poselift.evaluation.measured_joints import Measured
from poselift.lifting.lifter import Lifter
from poselift.metrics import DEFAULT_PROTOCOLS, Grouping, Report, evaluate, movement_figures, movement_protocols
from poselift.normalisation.image_frame import IMAGE_FRAME, image_frame_denormalised
from poselift.skeleton import Skeleton


def predict_recordings(
    lifter: Lifter,
    store: DatasetStore,
    clips: Sequence[ClipInfo],
    detections: str = GROUND_TRUTH,
    *,
    on_clip: Callable[[int], None] = lambda done: None,
) -> Predictions:
    """Lift the 2D joints of clips.

    A model of the image frame predicts the image frame; any other one millimetres relative to the root. Frames that
    are not valid are NaN, and nobody sees them.

    Args:
        detections: which 2D joints, see `data.sources.recordings.detection_sources`.
        on_clip: called with the number of clips done.

    Raises:
        SkeletonError: the recordings do not convert to the model's skeleton.
        DataFormatError: the store holds no recordings or no such detections.
        ShapeError: a clip has less than a quarter of the frames a second that the model sees.
    """
    store = recordings_for(store, lifter.skeleton)
    joints = np.empty((sum(clip.length for clip in clips), *store.joints_cam_mm.shape[1:]), dtype=np.float32)
    # The lcn protocol and the original's results are of the image frame.
    image = lifter.normalisation == IMAGE_FRAME.name
    done = 0
    for number, clip in enumerate(clips, 1):
        joints[done : done + clip.length] = (
            _image_frame(lifter, store, clip, detections)
            if image
            else lifted_recording(lifter, store, clip, detections).joints_root_mm
        )
        done += clip.length
        on_clip(number)
    about = {"model": lifter.about["model"], "config": lifter.about["config"]}
    about |= {"detections": detections, "flip": lifter.flip}
    named = tuple((clip.name, clip.length) for clip in clips)
    return Predictions(joints, "image" if image else "root_mm", named, about, lifter.skeleton)


def evaluate_recordings(
    predictions: Predictions, store: DatasetStore, clips: Sequence[ClipInfo], joints_of: Skeleton | None = None
) -> Report:
    """Errors of predictions for clips by action and by subject: every protocol that the predictions can have.

    Those in the image frame go to camera axes by the true root depth and box, so they have the lcn protocol too;
    movements are compared between valid frames that follow one another. Actions of the data set and subjects of these
    splits that the clips do not have are in the report, without frames.

    Args:
        joints_of: in whose joints. Default: those of the predictions.

    Raises:
        DataFormatError: the predictions are not of these clips.
        SkeletonError: the recordings do not convert to the skeleton of the predictions, or that not to `joints_of`.
        ShapeError: those of valid frames are not finite.
    """
    predictions.check_fits(clips)
    store = recordings_for(store, predictions.skeleton or store.skeleton)
    truth = load_truth(store, clips)
    valid = [store.valid_frames(clip) for clip in clips]
    joints = predictions.joints
    if len(truth) < len(joints):
        joints = joints[np.concatenate(valid)]
    image = predictions.space == "image"
    lengths = [int(frames.sum()) for frames in valid]
    actions = store.about.get("actions", [])
    splits = {clip.split for clip in clips}
    subjects = [name for name, split in store.about.get("subjects", {}).items() if split in splits]
    groups = {
        "action": Grouping.of([clip.action for clip in clips], actions).repeated(lengths),
        "subject": Grouping.of([clip.subject for clip in clips], subjects).repeated(lengths),
    }
    unbroken = [length for frames in valid for length in stretches(frames)]
    rates = [clip.fps for clip, frames in zip(clips, valid, strict=True) for _ in stretches(frames)]
    predicted_mm = truth.to_camera(joints) if image else joints
    measured = Measured(predicted_mm, truth.joints_cam_mm, store.skeleton).in_joints_of(joints_of)
    report = evaluate(
        *measured,
        groups,
        protocols=(*(["lcn"] if image else []), *DEFAULT_PROTOCOLS, *movement_protocols(max(unbroken, default=0))),
        clip_lengths=unbroken,
        about=predictions.about,
    )
    figures = movement_figures(*measured, unbroken, rates)
    return replace(report, figures=figures)


def recordings_for(store: DatasetStore, skeleton: Skeleton) -> DatasetStore:
    """Recordings in the skeleton of a model.

    Raises:
        SkeletonError: they do not convert to it.
    """
    try:
        return converted_recordings(store, skeleton)
    except SkeletonError as error:
        raise SkeletonError(
            f"the recordings are of skeleton {store.skeleton.name}, the model is of {skeleton.name}", error.hint
        ) from None


def _image_frame(
    lifter: Lifter, store: DatasetStore, clip: ClipInfo, detections: str
) -> Float[np.ndarray, "frames joints 3"]:
    size_px = image_size(store, clip)
    joints = np.full((clip.length, len(store.skeleton), 3), np.nan, dtype=np.float32)
    valid = frames_read(store, clip) - clip.start
    for frames, output, _ in network_says(lifter, clip_seen(store, clip, detections), clip_times(clip), valid):
        joints[frames] = image_frame_denormalised(output, size_px)
    return joints


def lifted_recording(lifter: Lifter, store: DatasetStore, clip: ClipInfo, detections: str) -> LiftedClip:
    """A clip of recordings in the model's skeleton, in millimetres; NaN in frames that are not valid.

    Raises:
        DataFormatError: the store holds no such detections.
        ShapeError: the clip has less than a quarter of the frames a second that the model sees.
    """
    root_cam_mm = store.skeleton.root_position(np.asarray(store.joints_cam_mm[clip.frames], dtype=np.float64))[:, 0]
    valid = frames_read(store, clip) - clip.start
    return lifted_clip(lifter, clip_seen(store, clip, detections), clip_times(clip), valid, root_cam_mm)


def clip_times(clip: ClipInfo) -> Float[np.ndarray, " frames"]:
    """When the frames of a clip were seen, in seconds from its first."""
    times: np.ndarray = np.arange(clip.length) / clip.fps
    return times
