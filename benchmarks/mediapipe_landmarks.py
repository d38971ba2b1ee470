"""MediaPipe's pose landmarks of a video, image and world, as its own interface gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

from poselift.errors import DataFormatError, NoPersonError
from poselift.skeleton import BLAZEPOSE_33


@dataclass(frozen=True)
class Landmarks:
    """The first person of each frame.

    Attributes:
        joints_px: (F, 33, 2).
        visibility: (F, 33) from 0 to 1.
        joints_root_mm: (F, 33, 3) the world landmarks: camera axes, relative to the middle of the hips.
    """

    joints_px: np.ndarray
    visibility: np.ndarray
    joints_root_mm: np.ndarray
    size_px: tuple[int, int]
    fps: float


def landmarks_of(video: Path, bundle: Path) -> Landmarks:
    """Detect in every frame of a video.

    Raises:
        DataFormatError: the video cannot be opened.
        NoPersonError: a frame has no person.
    """
    capture = cv2.VideoCapture(str(video))
    fps = capture.get(cv2.CAP_PROP_FPS)
    size_px = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    if not capture.isOpened():
        raise DataFormatError(f"{video}: cannot be opened as a video", "unpack the wheel of pose2sim 0.10.49")
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundle)),
        running_mode=vision.RunningMode.VIDEO,
        # For one person MediaPipe smooths over time, which lags a frame and is worse here, in 2D and in 3D.
        num_poses=2,
    )
    frames: list[list[list[float]]] = []
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        while (read := capture.read())[0]:
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB))
            result = landmarker.detect_for_video(image, round(len(frames) * 1000 / fps))
            if not result.pose_landmarks:
                raise NoPersonError(f"{video}: nobody found in frame {len(frames)}", "try another bundle")
            seen, world = result.pose_landmarks[0], result.pose_world_landmarks[0]
            frames.append([[a.x, a.y, a.visibility, b.x, b.y, b.z] for a, b in zip(seen, world, strict=True)])
    capture.release()
    values = np.array(frames).reshape(-1, len(BLAZEPOSE_33), 6)
    return Landmarks(values[..., :2] * size_px, values[..., 2], values[..., 3:] * 1000, size_px, fps)
