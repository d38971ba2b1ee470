"""Somebody made of a few numbers: stands, jumps and steps before a camera of known place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21, Skeleton

FPS = 50.0


@pytest.fixture(scope="session")
def standing(standing: Callable[[Skeleton], np.ndarray]) -> np.ndarray:
    """Joints (21, 3) of somebody who stands on their soles, knees a little bent."""
    joints = standing(BODY_21).astype(np.float64)
    for parts, height_mm in (("ankle", 75), (("toe", "heel"), 0)):
        joints[[name.endswith(parts) for name in BODY_21.joints], 2] = height_mm
    joints[[name.endswith("knee") for name in BODY_21.joints], 1] = 60
    return joints


@pytest.fixture(scope="session")
def camera() -> Callable[..., Camera]:
    """Make a camera 4 m away that looks along y."""

    def make(pitch_deg: float = 12.0, roll_deg: float = 0.0, height_mm: float = 1500.0) -> Camera:
        level = axis_rotation("X", np.radians(90))
        turned = axis_rotation("Z", np.radians(roll_deg)) @ axis_rotation("X", np.radians(pitch_deg)) @ level
        place = np.array([0.0, -4000.0, height_mm])
        return Camera(np.full(2, 1200.0), np.array([960.0, 540.0]), turned, place, size_px=(1920, 1080))

    return make


@pytest.fixture(scope="session")
def lifted() -> Callable[..., Clip]:
    """Make the clip that a perfect lifter would give of joints (F, 21, 3) in the world: it knows no world."""

    def make(joints_world_mm: np.ndarray, camera: Camera, **changes: object) -> Clip:
        joints = camera.world_to_camera(joints_world_mm)
        root = BODY_21.root_position(joints)
        blind = Camera(camera.focal_px, camera.center_px, size_px=camera.size_px)
        values = {
            "joints_px": blind.camera_to_image(joints),
            "joints_root_mm": joints - root,
            "root_cam_mm": root[:, 0],
            "size_px": camera.size_px,
            "camera": blind,
        }
        return Clip(BODY_21, FPS, **{**values, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def stepping(standing: np.ndarray) -> np.ndarray:
    """Joints (100, 21, 3): the left foot stands all the time, the right one goes 0.4 m ahead from frame 40 to 60."""
    joints = np.repeat(standing[None], 100, axis=0)
    ahead = 400 * np.clip((np.arange(100) - 40) / 20, 0, 1)
    foot = BODY_21.indices(("right_ankle", "right_toe", "right_heel"))
    joints[:, foot, 1] += ahead[:, None]
    joints[:, BODY_21.index("right_knee"), 1] += ahead / 2
    body = [j for j in range(21) if not BODY_21.joints[j].endswith(("ankle", "toe", "heel", "knee"))]
    joints[:, body, 1] += ahead[:, None] / 2
    return joints
