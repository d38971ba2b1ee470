"""Errors of 3D poses: joint by joint, and their means.

The `*_errors` functions return one number per frame and joint, (..., J); its mean over the frames is the per-joint
error, its mean over the joints the per-frame error, its mean over all the metric of that name. What the poses are
relative to is the caller's matter (`protocols` has the usual answers). Lengths are millimetres. Any non-finite number
is refused: an error over the frames that happened to work is not the error of the method.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from jaxtyping import Float

from poselift.arrays import Joints3D, checked_shape
from poselift.errors import ShapeError
from poselift.metrics.chunks import in_chunks
from poselift.metrics.distances import aligned_distances, distances, scaled_distances

PCK_THRESHOLD_MM = 150.0
AUC_STEP_MM = 5.0


def checked_pair(predicted_mm: Joints3D, target_mm: Joints3D) -> None:
    """Refuse what cannot be compared.

    Raises:
        ShapeError: the shapes differ or are not (..., J, 3), there is nothing in them, or a number is not finite.
    """
    checked_shape(predicted_mm, (None, 3), "predicted_mm")
    if predicted_mm.shape != target_mm.shape:
        raise ShapeError(
            f"target_mm: expected the shape of predicted_mm, {predicted_mm.shape}, got {target_mm.shape}"
        )
    if predicted_mm.size == 0:
        raise ShapeError(f"predicted_mm: expected at least one pose, got shape {predicted_mm.shape}")
    for name, array in (("predicted_mm", predicted_mm), ("target_mm", target_mm)):
        poses = array.reshape(-1, *array.shape[-2:])
        if all(in_chunks(partial(_surely_finite, poses), len(poses), light=True)):
            continue
        wrong = ~np.isfinite(poses).all(axis=(-2, -1))
        if wrong.any():
            raise ShapeError(
                f"{name}: {int(wrong.sum())} of {wrong.size} frames hold NaN or infinity, the first is frame "
                f"{int(wrong.argmax())}",
                "leave frames out on purpose, before measuring, and say how many",
            )


def _surely_finite(poses: np.ndarray, frames: slice) -> bool:
    """Whether the sum is finite, a glance that takes a quarter of the time; finite numbers may overflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(poses[frames].sum()))


def _frame_by_frame(
    measure: Callable[[np.ndarray, np.ndarray], np.ndarray],
    predicted_mm: Joints3D,
    target_mm: Joints3D,
    *,
    light: bool,
) -> np.ndarray:
    """Distances (..., J) by `measure`, which gets checked float64 poses, a chunk at a time."""
    checked_pair(predicted_mm, target_mm)
    predicted, target = (a.reshape(-1, *a.shape[-2:]) for a in (predicted_mm, target_mm))
    errors = np.empty(predicted.shape[:-1])

    def fill(frames: slice) -> None:
        errors[frames] = measure(
            np.asarray(predicted[frames], dtype=np.float64), np.asarray(target[frames], dtype=np.float64)
        )

    in_chunks(fill, len(errors), light=light)
    return errors.reshape(predicted_mm.shape[:-1])


def joint_errors(predicted_mm: Joints3D, target_mm: Joints3D) -> Float[np.ndarray, "*batch joints"]:
    """Distance between predicted and true position of each joint.

    Raises:
        ShapeError: the shapes differ, are not (..., J, 3) or empty, or a number is not finite.

    Source: Ionescu et al. 2014, Human3.6M, section 5 (MPJPE).
    """
    return _frame_by_frame(distances, predicted_mm, target_mm, light=True)


def pa_joint_errors(
    predicted_mm: Joints3D, target_mm: Joints3D, *, reflection: bool = False
) -> Float[np.ndarray, "*batch joints"]:
    """Joint errors after each pose is moved onto its target by rotation, translation and scale.

    Args:
        predicted_mm, target_mm: (..., J, 3), in any frame.
        reflection: allow a mirrored pose, as the lcn-pose and 3d-pose-baseline evaluations do.

    Raises:
        ShapeError: as for `joint_errors`.

    Source: Martinez et al. 2017, A simple yet effective baseline for 3D human pose estimation, section 4.1.
    """
    return _frame_by_frame(
        lambda p, t: aligned_distances(p, t)[int(reflection)], predicted_mm, target_mm, light=False
    )


def n_joint_errors(predicted_root_mm: Joints3D, target_root_mm: Joints3D) -> Float[np.ndarray, "*batch joints"]:
    """Joint errors after each pose is scaled about its root by the factor that fits the target best.

    Args:
        predicted_root_mm, target_root_mm: (..., J, 3), relative to the root.

    Raises:
        ShapeError: as for `joint_errors`.

    Source: Rhodin et al. 2018, Learning monocular 3D human pose estimation from multi-view images, section 4.
    """
    return _frame_by_frame(scaled_distances, predicted_root_mm, target_root_mm, light=True)


def velocity_errors(predicted_mm: Joints3D, target_mm: Joints3D) -> Float[np.ndarray, "steps joints"]:
    """Difference of the velocities of each joint, in millimetres per frame, over one unbroken clip (F, J, 3).

    Raises:
        ShapeError: as for `joint_errors`, or there are fewer than two frames.

    Source: Pavllo et al. 2019, 3D human pose estimation in video with temporal convolutions, section 5.3 (MPJVE).
    """
    checked_pair(predicted_mm, target_mm)
    if predicted_mm.ndim != 3 or len(predicted_mm) < 2:
        raise ShapeError(f"predicted_mm: expected one clip (frames >= 2, joints, 3), got {predicted_mm.shape}")
    return joint_errors(*(np.diff(np.asarray(a, dtype=np.float64), axis=0) for a in (predicted_mm, target_mm)))


def mpjpe(predicted_mm: Joints3D, target_mm: Joints3D) -> float:
    """Mean of `joint_errors`: mean per-joint position error."""
    return float(joint_errors(predicted_mm, target_mm).mean())


def pa_mpjpe(predicted_mm: Joints3D, target_mm: Joints3D, *, reflection: bool = False) -> float:
    """Mean of `pa_joint_errors`: MPJPE after Procrustes alignment of each frame."""
    return float(pa_joint_errors(predicted_mm, target_mm, reflection=reflection).mean())


def n_mpjpe(predicted_root_mm: Joints3D, target_root_mm: Joints3D) -> float:
    """Mean of `n_joint_errors`: MPJPE after scaling each frame."""
    return float(n_joint_errors(predicted_root_mm, target_root_mm).mean())


def mpjve(predicted_mm: Joints3D, target_mm: Joints3D) -> float:
    """Mean of `velocity_errors`: mean per-joint velocity error, in millimetres per frame."""
    return float(velocity_errors(predicted_mm, target_mm).mean())


def pck(errors_mm: Float[np.ndarray, "*batch joints"], threshold_mm: float = PCK_THRESHOLD_MM) -> float:
    """Fraction, 0 to 1, of joints whose error lies below the threshold (strictly).

    Source: Mehta et al. 2017, Monocular 3D human pose estimation in the wild, section 6 (3DPCK, 150 mm).
    """
    return float((_checked_errors(errors_mm) < threshold_mm).mean())


def auc(errors_mm: Float[np.ndarray, "*batch joints"]) -> float:
    """Mean, 0 to 1, of `pck` over the thresholds 0, 5, ... 150 mm: the area under its curve.

    The threshold 0, which nothing passes, is one of the 31, so a perfect prediction has 30/31.

    Source: Mehta et al. 2017, the released evaluation of MPI-INF-3DHP.
    """
    steps = round(PCK_THRESHOLD_MM / AUC_STEP_MM)
    # How many of the steps' ends lie above each error.
    above = steps - np.minimum(np.floor(_checked_errors(errors_mm) / AUC_STEP_MM), steps)
    return float(above.mean()) / (steps + 1)


def _checked_errors(errors_mm: np.ndarray) -> np.ndarray:
    if errors_mm.size == 0 or not np.isfinite(errors_mm).all():
        raise ShapeError(
            f"errors_mm: expected finite numbers, got {int((~np.isfinite(errors_mm)).sum())} others "
            f"among {errors_mm.size}"
        )
    return errors_mm
