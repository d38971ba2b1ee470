"""How well a model does on motion capture that virtual cameras saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from poselift.evaluation.clip_lifting import stretches
from poselift.evaluation.expected_errors import joint_reliability
from poselift.evaluation.measured_joints import Measured
from poselift.evaluation.views import LiftedViews
from poselift.metrics import (
    DEFAULT_PROTOCOLS,
    PROTOCOLS,
    Masking,
    Reliability,
    Report,
    evaluate,
    masking,
    movement_figures,
    movement_protocols,
    protocol_errors,
)
from poselift.skeleton import Skeleton


def evaluate_views(lifted: LiftedViews, joints_of: Skeleton | None = None) -> Report:
    """Errors by action; where frames follow one another, of movements between good ones too, and their figures.

    Args:
        joints_of: in whose joints. Default: the model's.

    Raises:
        SkeletonError: the model's joints do not convert to these.
        ShapeError: what a model says of a frame is not finite.
    """
    seen = lifted.seen
    every = bool(seen.measured.all())
    unbroken = [(length, take.fps) for take in seen.takes for length in stretches(seen.measured[take.rows])]
    lengths, rates = zip(*unbroken, strict=True)
    measured = _measured(lifted, joints_of)
    report = evaluate(
        *measured,
        {"action": seen.actions if every else np.array(seen.actions)[seen.measured]},
        protocols=(*DEFAULT_PROTOCOLS, *(movement_protocols(max(lengths)) if seen.over_time else ())),
        clip_lengths=lengths,
        about=lifted.about,
    )
    figures = movement_figures(*measured, lengths, rates) if seen.over_time else {}
    found = views_reliability(lifted)
    return replace(
        report,
        figures={**figures, **(found.figures if found else {})},
        reliability=found,
        masking=views_masking(lifted, joints_of),
    )


def views_reliability(lifted: LiftedViews) -> Reliability | None:
    """Whether joints are as far off, root-relative, as the model expects; None of one that expects nothing.

    Raises:
        ShapeError: what the model says of a frame is not finite.
    """
    measured = lifted.seen.measured
    expected = lifted.expected_error_mm[measured]
    if np.isnan(expected).all():
        return None
    truth_mm = lifted.seen.views.joints_cam_mm[measured]
    return joint_reliability(expected, lifted.joints_root_mm[measured], truth_mm, lifted.skeleton)


def views_masking(lifted: LiftedViews, joints_of: Skeleton | None = None) -> Masking | None:
    """What it costs that joints were masked; None where none were.

    Joints count that the model sees and that are measured, the root with its error of nothing, as in MPJPE.

    Args:
        joints_of: in whose joints. Default: the model's.

    Raises:
        SkeletonError: the model's joints do not convert to these.
        ShapeError: what a model says of a frame is not finite, or no joint that was seen is masked.
    """
    if lifted.unmasked is None:
        return None
    skeleton = joints_of or lifted.skeleton
    names = [joint for joint in lifted.skeleton.joints if joint in skeleton.joints]
    joints = lifted.skeleton.indices(names)
    both = lifted, lifted.unmasked
    errors_mm = [protocol_errors(PROTOCOLS["root_relative"], *_measured(one, joints_of), names) for one in both]
    seen = [one.seen.measured_views().confidence[:, joints] > 0 for one in both]
    return masking(*errors_mm, *seen)


def _measured(lifted: LiftedViews, joints_of: Skeleton | None) -> Measured:
    """Those frames that are measured."""
    seen = lifted.seen
    predicted_mm = lifted.joints_root_mm if seen.measured.all() else lifted.joints_root_mm[seen.measured]
    return Measured(predicted_mm, seen.measured_views().joints_cam_mm, lifted.skeleton).in_joints_of(joints_of)
