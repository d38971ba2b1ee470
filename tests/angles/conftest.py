"""Somebody who stands straight, and limbs of theirs turned by a known angle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21, Skeleton

# x of the camera is x of the world, it looks along y, and z is up.
CAMERA = Camera(np.full(2, 900.0), np.full(2, 500.0), axis_rotation("X", np.pi / 2), np.array([0, -4000.0, 1000.0]))


@pytest.fixture(scope="session")
def straight(standing: Callable[[Skeleton], np.ndarray]) -> dict[str, np.ndarray]:
    """Joints (3,) by name of somebody whose limbs hang straight; x to their right, y ahead, z up."""
    joints = dict(zip(BODY_21.joints, standing(BODY_21).astype(np.float64), strict=True))
    for side in ("left", "right"):
        for first, *others in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
            for other in others:
                joints[f"{side}_{other}"][:2] = joints[f"{side}_{first}"][:2]
        joints[f"{side}_heel"] = joints[f"{side}_ankle"] + [0, -60, -60]
        joints[f"{side}_toe"] = joints[f"{side}_ankle"] + [0, 140, -60]
    joints["pelvis"] = (joints["left_hip"] + joints["right_hip"]) / 2
    return joints


@pytest.fixture(scope="session")
def turned(straight: dict[str, np.ndarray]) -> Callable[..., dict[str, np.ndarray]]:
    """Turn joints about one of them, by degrees about an axis of the world."""

    def turn(
        axis: str, angle_deg: float, about: str, joints: tuple[str, ...], of: dict[str, np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        places = dict(straight if of is None else of)
        rotation = axis_rotation(axis, np.radians(angle_deg))
        for joint in joints:
            places[joint] = places[about] + rotation @ (places[joint] - places[about])
        return places

    return turn


@pytest.fixture(scope="session")
def clip_of() -> Callable[..., Clip]:
    """Make a clip in an upright world of joints by name: of one frame, or (F, 3) each."""

    def make(places: dict[str, np.ndarray], **changes: object) -> Clip:
        joints = CAMERA.world_to_camera(np.stack([np.atleast_2d(places[name]) for name in BODY_21.joints], axis=1))
        root = BODY_21.root_position(joints)
        values = {"joints_root_mm": joints - root, "root_cam_mm": root[:, 0], "camera": CAMERA}
        return Clip(BODY_21, 25.0, **{**values, **changes})  # type: ignore[arg-type]

    return make
