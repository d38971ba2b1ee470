"""Errors of poses, beside the loop over frames of the original lcn-pose evaluation, written again plainly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from poselift.bench.rounds import Contest, Settings
from poselift.metrics import PROTOCOLS, evaluate, mpjpe, pa_mpjpe
from poselift.skeleton import H36M_17


def contests(settings: Settings) -> Iterator[Contest]:
    """MPJPE and PA-MPJPE, and every protocol at once."""
    poses = 200 if settings.small else 20_000
    rng = np.random.default_rng(0)
    target = rng.normal(0, 300, (poses, 17, 3)) + np.array([0.0, 0.0, 5000.0])
    predicted = target + rng.normal(0, 30, target.shape)
    yield Contest(
        "MPJPE",
        "poses",
        poses,
        {"loop over poses": lambda: looped(predicted, target), "poselift": lambda: mpjpe(predicted, target)},
    )
    yield Contest(
        "PA-MPJPE",
        "poses",
        poses,
        {
            "loop over poses": lambda: looped(predicted, target, procrustes=True),
            "poselift": lambda: pa_mpjpe(predicted, target, reflection=True),
        },
    )
    everything = list(PROTOCOLS)
    yield Contest(
        f"all {len(everything)} protocols",
        "poses",
        poses,
        {"poselift": lambda: evaluate(predicted, target, H36M_17, protocols=everything, clip_lengths=[poses])},
    )


def looped(predicted_mm: np.ndarray, target_mm: np.ndarray, *, procrustes: bool = False) -> float:
    """Mean error of poses (F, J, 3), one after the other, aligned with scale and reflection if so wished."""
    errors = []
    for pose, truth in zip(predicted_mm, target_mm, strict=True):
        moved = _aligned(pose, truth) if procrustes else pose
        errors.append(np.sqrt(np.square(moved - truth).sum(axis=1)))
    return float(np.mean(errors))


def _aligned(pose: np.ndarray, target: np.ndarray) -> np.ndarray:
    pose_mean, target_mean = pose.mean(axis=0), target.mean(axis=0)
    pose0, target0 = pose - pose_mean, target - target_mean
    pose_size, target_size = np.linalg.norm(pose0), np.linalg.norm(target0)
    u, s, vt = np.linalg.svd((pose0 / pose_size).T @ (target0 / target_size))
    aligned: np.ndarray = s.sum() * target_size * (pose0 / pose_size) @ (u @ vt) + target_mean
    return aligned
