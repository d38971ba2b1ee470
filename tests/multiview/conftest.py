"""Two people who walk about between calibrated cameras, and what a lifter that knows their poses makes of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21, Skeleton

FRAMES, FPS = 60, 30.0


@pytest.fixture(scope="session")
def cameras() -> tuple[Camera, ...]:
    """Four around the middle of a room, 4 m away and 1.6 m high, with lenses that distort."""
    found = []
    for n in range(4):
        heading = np.radians(20 + 80 * n)
        rotation = axis_rotation("X", np.radians(10)) @ axis_rotation("X", np.pi / 2) @ axis_rotation("Z", heading)
        place = np.array([0, 0, 1600.0]) - 4000 * rotation[2] * [1, 1, 0]
        radial = np.array([-0.05, 0.02, 0])
        lens = {"radial": radial, "size_px": (1920, 1080), "name": f"cam{n + 1}"}
        found.append(Camera(np.full(2, 1100.0), np.array([950.0, 545.0]), rotation, place, **lens))
    return tuple(found)


@pytest.fixture(scope="session")
def two_people(standing: Callable[[Skeleton], np.ndarray]) -> list[np.ndarray]:
    """Joints (F, 21, 3) of two people who walk past each other, arms and legs moving."""
    time = np.arange(FRAMES)[:, None, None] / FPS
    people = []
    for side in (-1, 1):
        rng = np.random.default_rng(side + 1)
        swing = 60 * np.sin(4 * time + rng.uniform(0, 6, (1, 21, 3)))
        turned = standing(BODY_21).astype(np.float64) @ axis_rotation("Z", 1.2 * side).T
        people.append(turned + swing + np.array([700.0 * side, 0, 0]) - np.array([500.0 * side, 0, 0]) * time)
    return people


class Filmed:
    """How a camera sees and lifts people."""

    @staticmethod
    def clip(joints_world_mm: np.ndarray, camera: Camera, first: int = 0, **changes: Any) -> Clip:
        """Somebody from a frame on, seen and lifted without an error but for a root that is a tenth too far away."""
        joints = camera.world_to_camera(joints_world_mm)
        root = BODY_21.root_position(joints)
        values = {
            "joints_px": camera.camera_to_image(joints),
            "joints_root_mm": joints - root,
            "root_cam_mm": 1.1 * root[:, 0],
            "time_s": np.arange(first, first + len(joints)) / FPS,
            "camera": camera,
            "size_px": camera.size_px,
        }
        return Clip(BODY_21, FPS, **{**values, **changes})

    @classmethod
    def scene(cls, people: Sequence[np.ndarray], camera: Camera) -> Scene:
        """Everybody, under ids in another order for each camera."""
        clips = [cls.clip(joints, camera) for joints in people]
        order = np.random.default_rng(len(camera.name) + ord(camera.name[-1])).permutation(len(clips))
        footage = Footage.regular(FRAMES, FPS, size_px=camera.size_px, source=camera.name)
        return Scene(footage, tuple(Track(n + 1, 0, clips[who]) for n, who in enumerate(order)))


@pytest.fixture(scope="session")
def filmed() -> type[Filmed]:
    return Filmed
