"""Synthetic people who walk, for everything that draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton.definitions import H36M_17

SIZE_PX = (540, 960)


def walking_world_mm(frames: int, heading_deg: float) -> np.ndarray:
    """Joints (F, 17, 3) of a walker, x right, y up, z towards the camera; to and fro at 1.2 m/s and 50 fps."""
    time = np.arange(frames) / 50
    phase = 2 * np.pi * 0.95 * time
    body: dict[str, np.ndarray] = {}

    def put(name: str, x: object, y: object, z: object) -> None:
        body[name] = np.stack(np.broadcast_arrays(x, y, z, time)[:3], axis=-1)

    def below(name: str, parent: str, length: float, swing: np.ndarray) -> None:
        zero = np.zeros_like(swing)
        body[name] = body[parent] + length * np.stack([zero, -np.cos(swing), np.sin(swing)], axis=-1)

    bob = 15 * np.cos(2 * phase)
    put("pelvis", 0, 900 + bob, 0)
    put("spine", 0, 1130 + bob, 15)
    put("thorax", 0, 1400 + bob, 20)
    put("nose", 0, 1510 + bob, 95)
    put("head", 0, 1620 + bob, 30)
    for side, sign, shift in (("left", 1, 0.0), ("right", -1, np.pi)):
        step = phase + shift
        put(f"{side}_hip", sign * 125, 900 + bob, sign * 12 * np.cos(phase))
        thigh = 0.45 * np.cos(step)
        below(f"{side}_knee", f"{side}_hip", 430, thigh)
        below(f"{side}_ankle", f"{side}_knee", 420, thigh - 0.08 - 0.5 * np.clip(-np.sin(step), 0, None))
        put(f"{side}_shoulder", sign * 165, 1390 + bob, 20 - sign * 30 * np.cos(phase))
        arm = -0.45 * np.cos(step)
        below(f"{side}_elbow", f"{side}_shoulder", 290, arm)
        below(f"{side}_wrist", f"{side}_elbow", 250, arm + 0.35)
    joints = np.stack([body[name] for name in H36M_17.joints], axis=1)
    # Two seconds there, two seconds back.
    joints[..., 2] += (1200 * (1 - np.abs(time % 4 - 2)))[:, None]
    return joints @ axis_rotation("Y", np.radians(heading_deg)).T


@pytest.fixture(scope="session")
def walk() -> Callable[..., Clip]:
    """Make a walker seen by a camera 1.3 m high that looks down by `pitch_deg`."""

    def make(frames: int = 100, *, pitch_deg: float = 12.0, heading_deg: float = 35.0, **changes: object) -> Clip:
        pitch = np.radians(pitch_deg)
        up = np.array([0, -np.cos(pitch), -np.sin(pitch)])
        right = np.array([1.0, 0, 0])
        stage_to_cam = np.stack([right, up, np.cross(right, up)], axis=1)
        centre_cam_mm = np.array([0, 0, 3900.0])
        joints = (walking_world_mm(frames, heading_deg) - [0, 900, 0]) @ stage_to_cam.T + centre_cam_mm
        camera = Camera.guessed(SIZE_PX)
        root = H36M_17.root_position(joints)
        values = {
            "joints_px": camera.camera_to_image(joints),
            "joints_root_mm": joints - root,
            "root_cam_mm": root[:, 0],
            "size_px": SIZE_PX,
            "camera": camera,
            "source": "a synthetic walk",
        }
        return Clip(H36M_17, 50.0, **{**values, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def pair(walk) -> Callable[..., Scene]:
    """Make a scene of two: 1 is there from the first frame to the last, 7 walks 1 m to their left from `first` on.

    `second` changes the clip of 7.
    """

    def make(frames: int = 60, *, first: int = 0, time_s: np.ndarray | None = None, **second: object) -> Scene:
        footage = Footage(np.arange(frames) / 50 if time_s is None else time_s, SIZE_PX, None, "two walk", 50.0)
        one = walk(frames, time_s=footage.time_s, heading_deg=10)
        other = walk(frames - first, time_s=footage.time_s[first:], heading_deg=200)
        root = other.root_cam_mm - [1000.0, 0, 300]
        joints_px = other.camera.camera_to_image(other.joints_root_mm + root[:, None])
        other = other.replaced(**{"root_cam_mm": root, "joints_px": joints_px, **second})
        return Scene(footage, (Track(1, 0, one), Track(7, first, other)))

    return make
