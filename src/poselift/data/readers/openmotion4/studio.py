"""The studio of OpenMotion-4: four cameras that never move, and where the person of a take stands among them.

The cameras stand in the corners of a room of 8 by 8 metres, as in a capture studio, at the heights of a tripod, a
shelf and a ceiling. They are calibrated, and no two are alike: lenses from wide to normal, three sizes of image, each
its own distortion and a principal point off the middle, so that one camera tells little of the next.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float

from poselift.data.readers.openmotion4.detector import detected
from poselift.data.readers.openmotion4.takes import Take
from poselift.data.readers.recordings import Recording
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation, quaternion_rotation
from poselift.skeleton import Skeleton

# A frame counts for a camera where no joint is nearer than this and half of them are in the image.
_NEAREST_MM = 500.0
_LEAST_IN_IMAGE = 0.5
# Stored coordinates are multiples of this: machines that differ in the last bit of a cosine write the same file.
_GRID_MM = 1 / 32


def _camera(
    name: str,
    size_px: tuple[int, int],
    focal_px: tuple[float, float],
    center_px: tuple[float, float],
    position_mm: tuple[float, float, float],
    orientation: tuple[float, float, float, float],
    radial: tuple[float, float, float],
    tangential: tuple[float, float],
) -> Camera:
    """`orientation` is the quaternion, w first, that turns world axes into the camera's."""
    return Camera(
        np.array(focal_px),
        np.array(center_px),
        quaternion_rotation(np.array(orientation)),
        np.array(position_mm),
        np.array(radial),
        np.array(tangential),
        size_px,
        name,
    )


CAMERAS = (
    _camera(
        "1",
        (1920, 1080),
        (1463.8, 1465.1),
        (968.4, 533.7),
        (-3350.0, -3820.0, 1450.0),
        (0.625986, 0.695118, -0.258913, 0.240657),
        (-0.1437, 0.0862, -0.0104),
        (0.00061, -0.00038),
    ),
    _camera(
        "2",
        (1920, 1080),
        (1548.2, 1547.0),
        (949.1, 547.3),
        (3710.0, -3460.0, 2130.0),
        (0.56642, 0.72339, 0.305662, -0.249892),
        (-0.0978, 0.0541, -0.0047),
        (-0.00024, 0.00072),
    ),
    _camera(
        "3",
        (1000, 1000),
        (1084.6, 1086.3),
        (507.2, 494.9),
        (3480.0, 3930.0, 1190.0),
        (0.248234, 0.24152, 0.677251, -0.649137),
        (-0.2051, 0.1523, -0.0218),
        (-0.00093, -0.00017),
    ),
    _camera(
        "4",
        (1280, 960),
        (1042.9, 1041.7),
        (646.8, 471.5),
        (-4020.0, 3270.0, 2870.0),
        (0.248083, 0.359404, -0.744552, 0.504902),
        (-0.0612, 0.0275, -0.0021),
        (0.00043, 0.00029),
    ),
)


def placed(
    joints_world_mm: Float[np.ndarray, "frames joints 3"],
    known: Bool[np.ndarray, " frames"],
    skeleton: Skeleton,
    name: str,
) -> Float[np.ndarray, "frames joints 3"]:
    """A take in the studio: the middle of the root's path above the origin, the lowest joint on the floor, z = 0.

    A twentieth of the frames may have a joint lower: noise shall not lift the person. The take is turned by whole
    degrees that its name decides, for most takes of a corpus start in the same direction.
    """
    turn = axis_rotation("Z", np.radians(zlib.crc32(name.encode()) % 360))
    turned: np.ndarray = np.asarray(joints_world_mm, dtype=np.float64) @ turn.T
    root = skeleton.root_position(turned[known])[:, 0]
    middle = (root.min(axis=0) + root.max(axis=0)) / 2
    floor = np.quantile(turned[known][..., 2].min(axis=1), 0.05)
    moved: np.ndarray = turned - np.array([middle[0], middle[1], floor])
    return moved


def seen_in_studio(
    take: Take,
    joints_world_mm: Float[np.ndarray, "frames joints 3"],
    known: Bool[np.ndarray, " frames"],
    skeleton: Skeleton,
    *,
    fps: float,
) -> Iterator[Recording]:
    """What each camera saw of a take; a camera that saw none of its known frames has no recording."""
    joints = placed(joints_world_mm, known, skeleton, take.name)
    for camera in CAMERAS:
        joints_cam_mm = np.round(camera.world_to_camera(joints) / _GRID_MM) * _GRID_MM
        valid = known & _in_view(camera, joints_cam_mm)
        if not valid.any():
            continue
        seed = zlib.crc32(f"{take.name}/{camera.name}".encode())
        yield Recording(
            name=f"{take.name}/{camera.name}",
            subject=take.subject,
            action=take.action,
            take=take.name,
            camera=camera,
            joints_cam_mm=joints_cam_mm,
            fps=fps,
            detections=detected(camera, joints_cam_mm, skeleton, seed, fps=fps),
            valid=valid,
            split=take.split,
            tags=(take.corpus,),
        )


def _in_view(camera: Camera, joints_cam_mm: Float[np.ndarray, "frames joints 3"]) -> Bool[np.ndarray, " frames"]:
    near = (joints_cam_mm[..., 2] < _NEAREST_MM).any(axis=1)
    joints_px, _ = camera.camera_to_image_flagged(joints_cam_mm)
    seen: np.ndarray = ~near & (camera.in_image(joints_px).mean(axis=1) >= _LEAST_IN_IMAGE)
    return seen
