"""Errors of poses, beside the loop over frames of the original lcn-pose evaluation, written again plainly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from poselift.bench.rounds import Contest, Settings, Way
from poselift.geometry import Camera, camera_to_image_frame, image_frame_to_camera
from poselift.metrics import PROTOCOLS, evaluate, mpjpe, pa_mpjpe
from poselift.metrics.chunks import in_chunks
from poselift.skeleton import H36M_17

_CAMERA = Camera(np.array([1145.0, 1143.8]), np.array([512.5, 515.5]))


def contests(settings: Settings) -> Iterator[Contest]:
    """MPJPE and PA-MPJPE, of poses in camera axes and from the image frame on; and every protocol at once."""
    poses = 200 if settings.small else 20_000
    rng = np.random.default_rng(0)
    target = rng.normal(0, 300, (poses, 17, 3)) + np.array([0.0, 0.0, 5000.0])
    predicted = target + rng.normal(0, 30, target.shape)
    root = H36M_17.root_indices[0]
    in_image, boxes = camera_to_image_frame(_CAMERA, predicted, predicted[:, root])
    seen = (in_image, boxes, predicted[:, root, 2])
    for procrustes, name in ((False, "MPJPE"), (True, "PA-MPJPE")):
        ways: dict[str, Way] = {
            "loop over poses": partial(looped, predicted, target, procrustes=procrustes),
            "poselift": partial(_metric, predicted, target, procrustes),
        }
        yield Contest(name, "poses", poses, ways)
        from_image: dict[str, Way] = {
            "loop over poses": partial(_looped_from_image, seen, target, procrustes),
            "poselift": partial(_metric_from_image, seen, target, procrustes),
        }
        yield Contest(f"{name} from the image frame", "poses", poses, from_image)
    everything = list(PROTOCOLS)
    yield Contest(
        f"all {len(everything)} protocols",
        "poses",
        poses,
        {"poselift": lambda: evaluate(predicted, target, H36M_17, protocols=everything, clip_lengths=[poses])},
    )


def _metric(predicted_mm: np.ndarray, target_mm: np.ndarray, procrustes: bool) -> float:
    return pa_mpjpe(predicted_mm, target_mm, reflection=True) if procrustes else mpjpe(predicted_mm, target_mm)


def _metric_from_image(seen: tuple[np.ndarray, ...], target_mm: np.ndarray, procrustes: bool) -> float:
    return _metric(_to_camera(*seen), target_mm, procrustes)


def _looped_from_image(seen: tuple[np.ndarray, ...], target_mm: np.ndarray, procrustes: bool) -> float:
    return looped(looped_to_camera(*seen), target_mm, procrustes=procrustes)


def looped(predicted_mm: np.ndarray, target_mm: np.ndarray, *, procrustes: bool = False) -> float:
    """Mean error of poses (F, J, 3), one after the other, aligned with scale and reflection if so wished."""
    errors = []
    for pose, truth in zip(predicted_mm, target_mm, strict=True):
        moved = _aligned(pose, truth) if procrustes else pose
        errors.append(np.sqrt(np.square(moved - truth).sum(axis=1)))
    return float(np.mean(errors))


def looped_to_camera(joints_image: np.ndarray, boxes: np.ndarray, root_depths_mm: np.ndarray) -> np.ndarray:
    """Poses (F, J, 3) of the image frame in camera axes, one after the other."""
    poses = []
    for seen, box, depth in zip(joints_image, boxes, root_depths_mm, strict=True):
        pose = seen.copy()
        pose[:, 2] = pose[:, 2] / ((box[2] - box[0] + 1) / 2000) + depth
        pose[:, 0] = (pose[:, 0] - _CAMERA.center_px[0]) / _CAMERA.focal_px[0] * pose[:, 2]
        pose[:, 1] = (pose[:, 1] - _CAMERA.center_px[1]) / _CAMERA.focal_px[1] * pose[:, 2]
        poses.append(pose)
    return np.stack(poses)


def _to_camera(joints_image: np.ndarray, boxes: np.ndarray, root_depths_mm: np.ndarray) -> np.ndarray:
    placed = np.empty_like(joints_image)

    def place(part: slice) -> None:
        placed[part] = image_frame_to_camera(_CAMERA, joints_image[part], boxes[part], root_depths_mm[part])

    in_chunks(place, len(joints_image), light=True)
    return placed


def _aligned(pose: np.ndarray, target: np.ndarray) -> np.ndarray:
    pose_mean, target_mean = pose.mean(axis=0), target.mean(axis=0)
    pose0, target0 = pose - pose_mean, target - target_mean
    pose_size, target_size = np.linalg.norm(pose0), np.linalg.norm(target0)
    u, s, vt = np.linalg.svd((pose0 / pose_size).T @ (target0 / target_size))
    aligned: np.ndarray = s.sum() * target_size * (pose0 / pose_size) @ (u @ vt) + target_mean
    return aligned
