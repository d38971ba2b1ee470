"""The detector of OpenMotion-4: what it says of a take, the same for everybody."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from poselift.data.clip import Keypoints
from poselift.data.sources.virtual_cameras import ViewConfig, detected_by
from poselift.geometry.camera import Camera
from poselift.skeleton import Skeleton

SOURCE = "detector"
# Written out, so that other defaults of a training do not change the benchmark. No limb is cut off at random here:
# the borders of the images do that.
DETECTOR = ViewConfig(
    definition_mm=20.0,
    derived=0.7,
    face_mm=120.0,
    jitter=0.02,
    outlier=0.03,
    hidden=0.05,
    missing=0.02,
    hidden_s=0.4,
    missing_s=0.1,
    cut_off=0.0,
    footless=0.0,
)
# Stored numbers are multiples of these, as in `studio`.
_GRID_PX, _GRID_CONFIDENCE = 1 / 64, 1 / 1024


def detected(
    camera: Camera, joints_cam_mm: Float[np.ndarray, "frames joints 3"], skeleton: Skeleton, seed: int, *, fps: float
) -> Mapping[str, Keypoints]:
    """The detections of a take, under the name of their source."""
    found = detected_by(camera, joints_cam_mm, skeleton, DETECTOR, np.random.default_rng(seed), fps=fps)
    # What is missing has no place: a number there would only differ between machines.
    joints_px = np.where(found.confidence[..., None] > 0, found.joints_px, 0)
    confidence = np.ceil(found.confidence / _GRID_CONFIDENCE) * _GRID_CONFIDENCE
    return {SOURCE: Keypoints(np.round(joints_px / _GRID_PX) * _GRID_PX, confidence)}
