"""Reference 3D joints for the four-camera recording that Pose2Sim ships as its demo.

A man balances on one leg: 100 frames at 60 fps, four calibrated cameras, his face pixelated. Two references are
triangulated: from OpenPose's BODY_25B keypoints, which came with Pose2Sim 0.4.15, and from any detector's own 2D.
They differ by 43 mm on average, root-relative, and by 27 mm after Procrustes alignment, so neither is better than
2 to 4 cm; compare methods against the same one. (Adjusting the cameras to the keypoints halves the reprojection
error, but moves either reference by only 5 to 9 mm after alignment: the cameras are used as they come.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tomllib

from poselift.errors import DataFormatError
from poselift.geometry import Camera, triangulated, vector_rotation
from poselift.skeleton import BODY_25B, H36M_17, Skeleton, conversion

CAMERAS = (1, 2, 3, 4)
LIMB_JOINTS = tuple(
    f"{side}_{joint}"
    for side in ("left", "right")
    for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
)
# Frame f of the keypoint files is frame f + 1 of the videos: in all four cameras the two detectors' joints lie
# closest at this shift, and so do the two triangulated references.
KEYPOINT_FRAMES_LATE = 1


@dataclass(frozen=True)
class Views:
    """One person seen by several cameras at once.

    Attributes:
        joints_px: (cameras, F, J, 2).
        confidence: (cameras, F, J); 0 where a joint is missing.
    """

    skeleton: Skeleton
    joints_px: np.ndarray
    confidence: np.ndarray


def read_cameras(path: Path) -> tuple[Camera, ...]:
    """Cameras of a Pose2Sim calibration: Rodrigues vectors and metres, world to camera, world z up.

    Raises:
        DataFormatError: the file is missing or lacks a camera or one of its keys.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_camera(tables[f"cam_{number:02d}"]) for number in CAMERAS)
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise DataFormatError(
            f"{path}: not the calibration of Pose2Sim's demo ({error!r})", "unpack the wheel of pose2sim 0.4.15"
        ) from None


def _camera(table: dict[str, Any]) -> Camera:
    matrix = np.array(table["matrix"])
    rotation = vector_rotation(np.array(table["rotation"]))
    k1, k2, p1, p2 = table["distortions"]
    width, height = table["size"]
    return Camera(
        matrix[[0, 1], [0, 1]],
        matrix[:2, 2],
        rotation,
        -rotation.T @ np.array(table["translation"]) * 1000,
        np.array([k1, k2, 0]),
        np.array([p1, p2]),
        (int(width), int(height)),
        table["name"],
    )


def read_openpose(folder: Path, n_frames: int = 100) -> Views:
    """The most confident person of each frame in `camN_json/cam0N.FFFF.json`, placed at the videos' frames.

    Frames that the keypoint files do not have get confidence 0.

    Raises:
        DataFormatError: a file is missing, or is not of BODY_25B.
    """
    joints = np.zeros((len(CAMERAS), n_frames, len(BODY_25B), 3))
    for view, number in enumerate(CAMERAS):
        for frame in range(KEYPOINT_FRAMES_LATE, n_frames):
            name = f"cam{number:02d}.{frame - KEYPOINT_FRAMES_LATE:04d}.json"
            joints[view, frame] = _most_confident(folder / f"cam{number}_json" / name)
    return Views(BODY_25B, joints[..., :2], joints[..., 2])


def _most_confident(path: Path) -> np.ndarray:
    try:
        people = json.loads(path.read_text(encoding="utf-8"))["people"]
        poses = [np.reshape(person["pose_keypoints_2d"], (len(BODY_25B), 3)) for person in people]
    except (OSError, KeyError, ValueError) as error:
        raise DataFormatError(f"{path}: no OpenPose BODY_25B keypoints ({error})") from None
    return max(poses, key=lambda pose: pose[:, 2].sum(), default=np.zeros((len(BODY_25B), 3)))


def triangulated_views(cameras: Sequence[Camera], views: Views) -> np.ndarray:
    """World joints (F, J, 3) in millimetres, views weighted by confidence; NaN where fewer than two see a joint."""
    enough = (views.confidence > 0).sum(axis=0) >= 2
    joints_world_mm = np.full((*enough.shape, 3), np.nan)
    joints_world_mm[enough] = triangulated(cameras, views.joints_px[:, enough], views.confidence[:, enough])
    return joints_world_mm


def reprojection_errors_px(cameras: Sequence[Camera], views: Views, joints_world_mm: np.ndarray) -> np.ndarray:
    """Distance (cameras, F, J) between seen and reprojected joints; NaN where a view lacks the joint."""
    errors = [
        np.linalg.norm(camera.camera_to_image_flagged(camera.world_to_camera(joints_world_mm))[0] - seen_px, axis=-1)
        for camera, seen_px in zip(cameras, views.joints_px, strict=True)
    ]
    return np.where(views.confidence > 0, np.stack(errors), np.nan)


def exchanged_views(cameras: Sequence[Camera], views: Views) -> np.ndarray:
    """Which views (cameras, F) have left and right exchanged: at most one per frame, the one whose exchange agrees
    best with the other cameras.

    Without it, a detector that takes the front of a pixelated face for the back of a head spoils the reference.
    """
    hypotheses = [np.zeros(views.joints_px.shape[:2], dtype=bool)]
    for view in range(len(cameras)):
        hypotheses.append(hypotheses[0].copy())
        hypotheses[-1][view] = True
    costs = []
    for exchanged in hypotheses:
        tried = with_sides_exchanged(views, exchanged)
        errors = reprojection_errors_px(cameras, tried, triangulated_views(cameras, tried))
        costs.append(np.nanmean(errors, axis=(0, 2)))
    best = np.argmin(costs, axis=0)
    return np.stack(hypotheses)[best, :, np.arange(len(best))].T


def with_sides_exchanged(views: Views, exchanged: np.ndarray) -> Views:
    """The same views, left and right exchanged where `exchanged` (cameras, F) is true."""
    mirror = views.skeleton.flip_permutation
    return Views(
        views.skeleton,
        np.where(exchanged[..., None, None], views.joints_px[:, :, mirror], views.joints_px),
        np.where(exchanged[..., None], views.confidence[:, :, mirror], views.confidence),
    )


def reference(cameras: Sequence[Camera], views: Views) -> np.ndarray:
    """World joints (F, 17, 3) of the Human3.6M skeleton in millimetres; NaN where undefined."""
    return conversion(views.skeleton, H36M_17).joints(triangulated_views(cameras, views))
