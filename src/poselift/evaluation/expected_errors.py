"""Whether joints are as far off as a model expects, wherever they were lifted from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from poselift.arrays import Joints3D
from poselift.metrics import Reliability, joint_errors, reliability
from poselift.skeleton import Skeleton


def joint_reliability(
    expected_error_mm: Float[np.ndarray, "frames joints"],
    joints_root_mm: Joints3D,
    joints_cam_mm: Joints3D,
    skeleton: Skeleton,
) -> Reliability:
    """Expected errors against those of joints relative to the root, whose truth is `joints_cam_mm`.

    A joint that is the root is never off, and does not count; its `ratio_90` is 1.

    Raises:
        ShapeError: there is no frame, or what the model says of one is not finite.
    """
    truth_root_mm = joints_cam_mm - skeleton.root_position(joints_cam_mm)
    errors_mm = joint_errors(joints_root_mm.astype(truth_root_mm.dtype), truth_root_mm)
    counted = [number for number, joint in enumerate(skeleton.joints) if skeleton.root != (joint,)]
    found = reliability(expected_error_mm[:, counted], errors_mm[:, counted])
    ratio_90 = np.ones(len(skeleton))
    ratio_90[counted] = found.ratio_90
    return replace(found, ratio_90=ratio_90)
