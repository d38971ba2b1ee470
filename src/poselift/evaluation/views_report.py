"""How well a model does on motion capture that virtual cameras saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from poselift.evaluation.clip_lifting import stretches
from poselift.evaluation.measured_joints import Measured
from poselift.evaluation.views import LiftedViews
from poselift.metrics import (
    DEFAULT_PROTOCOLS,
    Reliability,
    Report,
    evaluate,
    joint_errors,
    movement_figures,
    movement_protocols,
    reliability,
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
    predicted_mm = lifted.joints_root_mm if every else lifted.joints_root_mm[seen.measured]
    measured = Measured(predicted_mm, seen.measured_views().joints_cam_mm, lifted.skeleton).in_joints_of(joints_of)
    report = evaluate(
        *measured,
        {"action": seen.actions if every else np.array(seen.actions)[seen.measured]},
        protocols=(*DEFAULT_PROTOCOLS, *(movement_protocols(max(lengths)) if seen.over_time else ())),
        clip_lengths=lengths,
        about=lifted.about,
    )
    figures = movement_figures(*measured, lengths, rates) if seen.over_time else {}
    found = views_reliability(lifted)
    return replace(report, figures={**figures, **(found.figures if found else {})}, reliability=found)


def views_reliability(lifted: LiftedViews) -> Reliability | None:
    """Whether joints are as far off, root-relative, as the model expects; None of one that expects nothing.

    A joint that is the root is never off, and does not count.

    Raises:
        ShapeError: what the model says of a frame is not finite.
    """
    measured = lifted.seen.measured
    expected = lifted.expected_error_mm[measured]
    if np.isnan(expected).all():
        return None
    truth_mm = lifted.seen.views.joints_cam_mm[measured]
    truth_root_mm = truth_mm - lifted.skeleton.root_position(truth_mm)
    errors_mm = joint_errors(lifted.joints_root_mm[measured].astype(truth_mm.dtype), truth_root_mm)
    counted = [number for number, joint in enumerate(lifted.skeleton.joints) if lifted.skeleton.root != (joint,)]
    return reliability(expected[:, counted], errors_mm[:, counted])
