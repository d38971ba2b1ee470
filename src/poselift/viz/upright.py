"""Which way is up in a scene, so that figures filmed by a tilted camera stand straight.

The *stage* is the space that people look at: x right, y up, z towards the video camera, millimetres.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.data.scene import Scene
from poselift.world.placing import is_placed
from poselift.world.up import level_up, up_by_people


def up_direction_cam(scene: Scene) -> Float[np.ndarray, "3"]:
    """The unit vector that points up, in camera axes.

    A camera that stands in a world says it. Otherwise people do (`world.up`), and where nobody does, the camera is
    taken to be level.
    """
    camera = scene.footage.camera
    if camera is not None and is_placed(camera):
        known: np.ndarray = camera.rotation[:, 2]
        return known
    said = up_by_people(scene)
    return level_up() if said is None else said


def camera_to_stage(scene: Scene) -> Float[np.ndarray, "3 3"]:
    """The rotation from camera axes to the stage: `joints_stage_mm = joints_cam_mm @ rotation.T`."""
    up = up_direction_cam(scene)
    right = np.array([1.0, 0.0, 0.0]) - up[0] * up
    right /= np.linalg.norm(right)
    return np.stack([right, up, np.cross(right, up)])
