"""Made-up motion of which every rotation is known, and scenes of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.export.rest_pose import bending_axis
from poselift.export.rig import Rig
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import vector_rotation
from poselift.skeleton import BODY_21, Skeleton

FPS = 30.0
# The world's x, y (away from the camera) and z (up), in camera axes.
WORLD_TO_CAMERA = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


class Moved(NamedTuple):
    """A rig, where its root goes, how its nodes turn, and the joints (F, J, 3) that follow, with y up."""

    rig: Rig
    root_mm: np.ndarray
    turns: np.ndarray
    joints_mm: np.ndarray


def wandering(rng, frames, size, width=3):
    """Smooth random vectors (F, width) no longer than about `size`."""
    phase, speed = rng.uniform(0, 2 * np.pi, (2, 3, width))
    time = np.arange(frames)[:, None, None] / FPS
    return size * np.sin(phase + (0.3 + 0.5 * speed) * time).mean(axis=1)


def lengths_of(skeleton: Skeleton, rng) -> np.ndarray:
    lengths = rng.uniform(80, 450, len(skeleton))
    return (lengths + lengths[skeleton.flip_permutation]) / 2


def moved(skeleton: Skeleton = BODY_21, frames: int = 60, seed: int = 0) -> Moved:
    """Somebody whose knees and elbows are bent hinges, and all of whose other joints that positions show turn."""
    rng = np.random.default_rng(seed)
    rig = Rig.of(skeleton, lengths_of(skeleton, rng))
    turns = np.broadcast_to(np.eye(3), (len(rig), frames, 3, 3)).copy()
    turns[0] = vector_rotation(wandering(rng, frames, 2.0) + np.array([0, 1.5, 0]))
    for node, name in enumerate(rig.names):
        if rig.leaves[node] or name.endswith("heel"):
            continue
        if name.endswith(("hip", "shoulder", "ankle")) and rig.aims[node] >= 0:
            turns[node] = vector_rotation(wandering(rng, frames, 0.9))
        if name.endswith(("knee", "elbow")):
            bend_rad = 1.3 + wandering(rng, frames, 0.5, width=1)
            turns[node] = vector_rotation(bend_rad * bending_axis(skeleton, rig.joints[node]))
    root_mm = wandering(rng, frames, 800.0) + np.array([0, 950, 0])
    places = rig.places_mm(root_mm, turns)
    return Moved(rig, root_mm, turns, places[:, [rig.joints.index(joint) for joint in range(len(skeleton))]])


def clip_of(joints_up_mm: np.ndarray, skeleton: Skeleton = BODY_21, **changes) -> Clip:
    """A clip of joints with y up, seen by a camera that stands in the world (x, -z, y)."""
    camera = Camera(
        np.full(2, 1500.0),
        np.array([960.0, 540.0]),
        rotation=WORLD_TO_CAMERA,
        position_mm=np.array([0, -5000.0, 1500]),
    )
    x, y, z = np.moveaxis(joints_up_mm, -1, 0)
    joints_cam_mm = camera.world_to_camera(np.stack([x, -z, y], axis=-1))
    root = skeleton.root_position(joints_cam_mm)
    values = {"joints_root_mm": joints_cam_mm - root, "root_cam_mm": root[:, 0], "camera": camera}
    return Clip(skeleton, **{"fps": FPS, **values, **changes})


@pytest.fixture(scope="session")
def made_motion():
    return moved


@pytest.fixture(scope="session")
def clip_in_world():
    return clip_of
