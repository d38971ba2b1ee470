"""Rows of detections that are one person, as a track."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from poselift.data.clip import Clip
from poselift.data.detections import Detections
from poselift.data.scene import Track


def track_of(
    detections: Detections, rows: Int[np.ndarray, " seen"], track_id: int, first_frame: int, n_frames: int
) -> Track:
    """The track of one person, who is seen in these rows and in no other frame of the track."""
    footage, skeleton = detections.footage, detections.skeleton
    at = detections.frame[rows] - first_frame
    joints_px = np.full((n_frames, len(skeleton), 2), np.nan, detections.joints_px.dtype)
    confidence = np.zeros((n_frames, len(skeleton)), detections.confidence.dtype)
    valid = np.zeros(n_frames, dtype=bool)
    joints_px[at], confidence[at], valid[at] = detections.joints_px[rows], detections.confidence[rows], True
    clip = Clip(
        skeleton,
        footage.fps,
        joints_px=joints_px,
        confidence=confidence,
        valid=valid,
        size_px=footage.size_px,
        camera=footage.camera,
        source=footage.source,
        time_s=footage.time_s[first_frame : first_frame + n_frames],
    )
    return Track(track_id, first_frame, clip)
