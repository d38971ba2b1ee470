"""A scene put into a world: z up, the floor at z = 0, and the camera where it must stand for that.

Only the camera changes, so every joint keeps its place in camera axes, and `joints_world_mm` is what the camera's
place makes of it. The world's origin is below the camera; y points away from it, x to its right.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.geometry.camera import Camera
from poselift.world.standing import feet_of, standing_joints

# Joints of feet above the sole they belong to; toes and heels are on it.
_ABOVE_SOLE_MM = {"ankle": 75.0}
# Where nobody's feet stand, the floor is where nearly all of the time all feet are above.
_LOWEST_PERCENT = 5.0


def placed(scene: Scene, up_cam: Float[np.ndarray, "3"]) -> Scene:
    """The scene with a camera that stands upright in the world; as it is where it has no camera.

    Args:
        up_cam: the unit vector that points up, in camera axes.
    """
    camera = scene.footage.camera
    if camera is None:
        return scene
    rotation = rotation_of(up_cam)
    return scene.with_camera(_with_place(camera, rotation, np.array([0.0, 0.0, _camera_height_mm(scene, up_cam)])))


def is_placed(camera: Camera) -> bool:
    """Whether a camera stands somewhere in a world, and does not just say what its own axes are."""
    return not np.allclose(camera.rotation, np.eye(3))


def upright_mm(clip: Clip) -> Float[np.ndarray, "frames joints 3"]:
    """The 3D joints of a clip with z up, NaN where nobody knows.

    In the world of the clip's camera; if it stands in none, before a level one at the origin, x to its right and y
    ahead. Who has no place in front of the camera is around the origin.

    Raises:
        ShapeError: the clip has no 3D joints.
    """
    if clip.joints_root_mm is None:
        raise ShapeError("this clip has no 3D joints", "lift it first")
    has_place = clip.root_cam_mm is not None
    joints = np.asarray(clip.joints_cam_mm if has_place else clip.joints_root_mm, dtype=np.float64)
    if clip.camera is None or not is_placed(clip.camera):
        joints = joints[..., [0, 2, 1]] * [1, 1, -1]
    else:
        joints = clip.camera.camera_to_world(joints) if has_place else joints @ clip.camera.rotation
    known: np.ndarray = np.where(clip.valid[:, None, None], joints, np.nan)
    return known


def rotation_of(up_cam: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """World to camera axes, for a world whose y axis is the way the camera looks."""
    forward = np.array([0.0, 0.0, 1.0]) - up_cam[2] * up_cam
    if np.linalg.norm(forward) < 1e-6:  # it looks straight down or up: then its picture's upper edge is ahead
        forward = np.array([0.0, -1.0, 0.0]) + up_cam[1] * up_cam
    forward /= np.linalg.norm(forward)
    return np.stack([np.cross(forward, up_cam), forward, up_cam], axis=1)


def _with_place(camera: Camera, rotation: np.ndarray, position_mm: np.ndarray) -> Camera:
    return Camera.from_dict({**camera.as_dict(), "rotation": rotation, "position_mm": position_mm})


def _camera_height_mm(scene: Scene, up_cam: np.ndarray) -> float:
    """How high above the floor the camera stands, by the feet of all people over the whole scene; 0 without any."""
    standing, lowest = [], []
    for track in scene.tracks:
        soles_mm, stands = _soles(track.clip, up_cam)
        standing.append(soles_mm[stands])
        lowest.append(soles_mm.min(axis=1, initial=np.inf))
    stood = np.concatenate([np.empty(0), *standing])
    if len(stood):
        return -float(np.median(stood))
    low = np.concatenate([np.empty(0), *lowest])
    low = low[np.isfinite(low)]
    return -float(np.percentile(low, _LOWEST_PERCENT)) if len(low) else 0.0


def _soles(
    clip: Clip, up_cam: np.ndarray
) -> tuple[Float[np.ndarray, "frames feet"], Bool[np.ndarray, "frames feet"]]:
    """Heights of the soles below each joint of the feet, from the camera's, and which of them stand."""
    feet = feet_of(clip.skeleton)
    if clip.joints_root_mm is None or clip.root_cam_mm is None or not feet:
        return np.empty((0, 0)), np.empty((0, 0), dtype=bool)
    known = np.isfinite(clip.joints_cam_mm).all(axis=(1, 2))
    joints, root = (array[known].astype(np.float64) for array in (clip.joints_cam_mm, clip.root_cam_mm))
    if len(joints) < 2:
        return np.empty((0, 0)), np.empty((0, 0), dtype=bool)
    parts = [clip.skeleton.joints[joint].rpartition("_")[2] for joint in feet]
    above = np.array([_ABOVE_SOLE_MM.get(part, 0.0) for part in parts])
    stands = standing_joints(joints, root, clip.time_s[known], clip.skeleton)
    return joints[:, feet] @ up_cam - above, stands[:, feet]
