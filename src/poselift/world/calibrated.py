"""The world of a calibration: z is up in some tools' and not in others', and the people in it tell."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from poselift.data.scene import Scene
from poselift.geometry.camera import Camera
from poselift.world.placing import is_placed, placed
from poselift.world.up import up_by_people

# A world whose z axis is further from where people's heads are is not one with z up.
_UPRIGHT_DEG = 30.0


def upright(scene: Scene) -> Scene:
    """The scene as it is if z is up in its camera's world; otherwise in a world of its own, which is noted."""
    camera = scene.footage.camera
    if camera is None or not is_placed(camera):
        return scene
    up = up_cam(scene, camera)
    tilt = np.degrees(np.arccos(np.clip(camera.rotation[:, 2] @ up, -1, 1)))
    if tilt <= _UPRIGHT_DEG:
        return scene
    note = f"z of the calibration is {tilt:.0f} degrees from where people are upright: another world was made, z up"
    return placed(scene.replaced(footage=scene.footage.noted(note)), up)


def up_cam(scene: Scene, camera: Camera) -> Float[np.ndarray, "3"]:
    """Up in camera axes, as people say, or else the camera's world."""
    up = up_by_people(scene)
    return camera.rotation[:, 2] if up is None else up
