"""Somebody who stands in the real places of Human3.6M's cameras, to be written in each of its layouts."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from poselift.data.clip import Keypoints
from poselift.data.readers.h36m.recording import Recording
from poselift.data.readers.h36m.tables import CAMERAS, Take, camera_of
from poselift.geometry.camera import Camera
from poselift.skeleton import H36M_17, H36M_32, conversion

# (F, 32, 3) in the world; in the order of the official names; two that other projects spell otherwise.
FRAMES = {Take("S1", "Directions", 1): 12, Take("S1", "TakingPhoto", 2): 9, Take("S9", "WalkingDog", 1): 11}


@dataclass(frozen=True)
class SyntheticH36M:
    """Takes of two subjects, one to train on and one to test.

    Attributes:
        takes: world joints (F, 32, 3) in millimetres by take, in the order of the official names.
    """

    takes: dict[Take, np.ndarray]

    def cameras(self, take: Take) -> tuple[Camera, ...]:
        """The four that see a take, ca_01 to ca_04."""
        return tuple(camera_of(take.subject, name) for name in CAMERAS)

    def joints32_cam_mm(self, take: Take, camera: Camera) -> np.ndarray:
        """(F, 32, 3)."""
        return camera.world_to_camera(self.takes[take])

    def joints_cam_mm(self, take: Take, camera: Camera) -> np.ndarray:
        """(F, 17, 3)."""
        return conversion(H36M_32, H36M_17).joints(self.joints32_cam_mm(take, camera))

    def detections(self, take: Take, camera: Camera) -> Keypoints:
        """Some detector's 2D joints (F, 17, 2) and confidence (F, 17), some pixels off."""
        exact_px = camera.camera_to_image(self.joints_cam_mm(take, camera))
        rng = np.random.default_rng(len(take.action) + CAMERAS.index(camera.name))
        return Keypoints(exact_px + rng.normal(0, 3, exact_px.shape), rng.uniform(0.2, 1, exact_px.shape[:2]))

    def recordings(self, source: str | None = None) -> list[Recording]:
        """What every camera saw of every take, in the order of the official names; detections under `source`."""
        return [
            Recording(
                take,
                camera,
                self.joints_cam_mm(take, camera),
                {source: self.detections(take, camera)} if source else {},
            )
            for take in self.takes
            for camera in self.cameras(take)
        ]


@pytest.fixture(scope="session")
def synthetic_h36m():
    rng = np.random.default_rng(7)
    takes = {}
    for take, frames in FRAMES.items():
        walk = np.cumsum(rng.normal(0, 20, (frames, 1, 3)) * [1, 1, 0.1], axis=0)
        takes[take] = somebody_mm(rng) + walk + rng.normal(0, 15, (frames, 32, 3))
    return SyntheticH36M(takes)


def somebody_mm(rng):
    """(32, 3) with the pelvis 0.95 m above the world's origin; joints that Human3.6M-17 leaves out lie anywhere."""
    row = json.loads((Path(__file__).parents[3] / "data_files" / "lcn_pose_sample.json").read_text())[0]
    standing = np.array(row["joint_3d_camera"]) @ np.array(row["camera"]["rotation"])
    joints = rng.uniform([-300, -300, -900], [300, 300, 700], (32, 3))
    joints[list(H36M_32.indices(H36M_17.joints))] = standing - standing[0]
    return np.add(joints, [0, 0, 950])
