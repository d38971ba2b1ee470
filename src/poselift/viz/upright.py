"""Which way is up in a scene, so that figures filmed by a tilted camera stand straight.

The *stage* is the space that people look at: x right, y up, z towards the video camera, millimetres.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import SkeletonError
from poselift.skeleton.definitions import H36M_17

MAX_PITCH_DEG = 45.0
# A body further than this from the image's vertical lies, hangs or tumbles, and says nothing about up.
_STANDING_DEG = 60.0
_UP_CAM = np.array([0.0, -1.0, 0.0])


def up_direction_cam(scene: Scene) -> Float[np.ndarray, "3"]:
    """The unit vector that points up, in camera axes.

    A camera with a known rotation says it exactly. Otherwise people are taken to be upright on average: each valid
    frame of each person votes with the directions feet to head and pelvis to thorax, the median wins, and it is
    limited to a pitch of 45 degrees and no roll. A scene without votes (nobody stands, no conversion to Human3.6M-17)
    leaves the camera level.
    """
    camera = scene.footage.camera
    if camera is not None and not np.allclose(camera.rotation, np.eye(3)):
        up: np.ndarray = camera.rotation[:, 2]
        return up
    pitch = np.clip(_voted_pitch_rad(scene), *np.radians([-MAX_PITCH_DEG, MAX_PITCH_DEG]))
    return np.array([0.0, -np.cos(pitch), np.sin(pitch)])


def camera_to_stage(scene: Scene) -> Float[np.ndarray, "3 3"]:
    """The rotation from camera axes to the stage: `joints_stage_mm = joints_cam_mm @ rotation.T`."""
    up = up_direction_cam(scene)
    right = np.array([1.0, 0.0, 0.0]) - up[0] * up
    right /= np.linalg.norm(right)
    return np.stack([right, up, np.cross(right, up)])


def _voted_pitch_rad(scene: Scene) -> float:
    votes = np.concatenate([np.empty((0, 3)), *(_votes(track.clip) for track in scene.tracks)])
    length = np.linalg.norm(votes, axis=-1)
    with np.errstate(invalid="ignore"):
        standing = votes @ _UP_CAM > np.cos(np.radians(_STANDING_DEG)) * length
    if not standing.any():
        return 0.0
    _, y, z = votes[standing].T
    return float(np.median(np.arctan2(z, -y)))


def _votes(clip: Clip) -> Float[np.ndarray, "votes 3"]:
    """What one person says about up: vectors of any length; none where the skeleton cannot say it."""
    try:
        body = clip.converted(H36M_17).joints_root_mm
    except SkeletonError:
        body = None
    if body is None:
        return np.empty((0, 3))
    feet = body[:, H36M_17.indices(("left_ankle", "right_ankle"))].mean(axis=1)
    upwards = [
        body[:, H36M_17.index("head")] - feet,
        body[:, H36M_17.index("thorax")] - body[:, H36M_17.index("pelvis")],
    ]
    votes: np.ndarray = np.concatenate(upwards)[np.tile(clip.valid, 2)]
    return votes
