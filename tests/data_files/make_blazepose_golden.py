"""What MediaPipe sees in a few frames of the example video, for tests/detect/test_blazepose.py.

    pip install mediapipe==1.2.2
    python tests/data_files/make_blazepose_golden.py pose_landmarker_full.task

Each frame is an image of its own: nothing is followed and nothing smoothed.
"""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path

import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

from poselift.detect.frames import read_frames

VIDEO = Path(__file__).parents[2] / "examples" / "balance.mp4"
FRAMES = (0, 10, 20, 90)


def landmarks(landmarker, frame: np.ndarray) -> dict[str, list]:
    height, width = frame.shape[:2]
    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(frame))
    result = landmarker.detect(image)
    seen, world = result.pose_landmarks[0], result.pose_world_landmarks[0]
    return {
        "joints_px": [[round(p.x * width, 2), round(p.y * height, 2)] for p in seen],
        "confidence": [round(p.visibility, 4) for p in seen],
        "joints_root_mm": [[round(1000 * v, 1) for v in (p.x, p.y, p.z)] for p in world],
    }


def main() -> None:
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=sys.argv[1]), running_mode=vision.RunningMode.IMAGE
    )
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        frames = {n: f for n, f in enumerate(islice(read_frames(VIDEO), max(FRAMES) + 1)) if n in FRAMES}
        golden = {str(number): landmarks(landmarker, frame) for number, frame in frames.items()}
    path = Path(__file__).with_name("blazepose_golden.json")
    path.write_text(json.dumps({"mediapipe": mediapipe.__version__, "frames": golden}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
