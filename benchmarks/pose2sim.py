"""Is poselift better than MediaPipe's own 3D on real video? PA-MPJPE on the recording that Pose2Sim ships.

The videos and the OpenPose keypoints are in two versions of one package (BSD-3-Clause):

    pip download --no-deps pose2sim==0.10.49
    pip download --no-deps pose2sim==0.4.15
    unzip -d pose2sim-0.10.49 pose2sim-0.10.49-*.whl
    unzip -d pose2sim-0.4.15 pose2sim-0.4.15-*.whl
    python benchmarks/pose2sim.py --pose2sim pose2sim-0.10.49 --openpose pose2sim-0.4.15

Each camera is lifted alone, without its calibration, as `poselift lift` does it; MediaPipe's world landmarks are the
rival, and a row of its own shows its image landmarks lifted. The calibrated cameras only make the references
(see `pose2sim_reference`), of OpenPose's and of MediaPipe's 2D. The error is that of the twelve limb joints after
Procrustes alignment of each frame (rotation, translation, scale; no reflection), averaged over the frames.

Where the face is pixelated a detector takes the man's front for his back in some frames. poselift mends that
before it lifts (`lifting.sides`), MediaPipe does not; a row shows the rival with its sides mended likewise.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mediapipe_landmarks import BUNDLE, Landmarks, landmarks_of
from pose2sim_reference import (
    CAMERAS,
    LIMB_JOINTS,
    Views,
    exchanged_views,
    read_cameras,
    read_openpose,
    reference,
    reprojection_errors_px,
    triangulated_views,
    with_sides_exchanged,
)
from rich.console import Console
from rich.table import Table

from poselift.data.scene import Scene
from poselift.detect import DEFAULT_DETECTOR, DETECTORS
from poselift.detect.video import detect_video
from poselift.files import whole_file
from poselift.lifting.detected import lift_detected
from poselift.lifting.lifter import Lifter
from poselift.lifting.sides import exchanged_sides
from poselift.lifting.video import lift_video
from poselift.lookup import look_up
from poselift.metrics import PROTOCOLS, protocol_errors
from poselift.skeleton import BLAZEPOSE_33, H36M_17, conversion
from poselift.tracking import track

PROTOCOL = PROTOCOLS["procrustes"]
MEAN_OF = (1, 2)
MEAN = "mean of " + " and ".join(map(str, MEAN_OF))
TO_H36M = conversion(BLAZEPOSE_33, H36M_17)


def error_mm(predicted_mm: np.ndarray, reference_mm: np.ndarray) -> float:
    """Mean error of the limb joints over the frames in which the reference has all of them."""
    known = np.isfinite(reference_mm[:, H36M_17.indices(LIMB_JOINTS)]).all(axis=(1, 2))
    errors = protocol_errors(PROTOCOL, predicted_mm[known], reference_mm[known], H36M_17, LIMB_JOINTS)
    return float(errors.mean())


def lifted(landmarks: Landmarks, lifter: Lifter) -> np.ndarray:
    """What poselift makes of the image landmarks, (F, 17, 3)."""
    return _measured_joints(lift_detected(Scene.of(landmarks.clip), lifter))


def lifted_video(video: Path, lifter: Lifter) -> np.ndarray:
    """What poselift makes of a video by its own detector, (F, 17, 3)."""
    return _measured_joints(lift_video(video, lifter=lifter))


def _measured_joints(scene: Scene) -> np.ndarray:
    joints_root_mm = scene.main.converted(H36M_17).joints_root_mm
    assert joints_root_mm is not None
    return joints_root_mm


def own_exchanged(video: Path) -> int:
    """In how many frames poselift's own detector has exchanged left and right, and poselift mends that."""
    with look_up(DETECTORS, DEFAULT_DETECTOR, "detector")() as detector:
        return int(exchanged_sides(track(detect_video(video, detector)).main).sum())


def world_mended(landmarks: Landmarks) -> np.ndarray:
    """World landmarks (F, 33, 3) with the names of left and right exchanged where poselift would."""
    exchanged = exchanged_sides(landmarks.clip)[:, None, None]
    mirror = landmarks.clip.skeleton.flip_permutation
    return np.where(exchanged, landmarks.joints_root_mm[:, mirror], landmarks.joints_root_mm)


def references(openpose: Path, detected: Mapping[int, Landmarks]) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """World joints (F, 17, 3) of both references, and the median reprojection error of each in pixels."""
    cameras = read_cameras(openpose / "calibration" / "Calib_qualisys.toml")
    seen = [detected[c] for c in CAMERAS]
    joints_px, confidence = (np.stack(part) for part in zip(*(d.clip.keypoints for d in seen), strict=True))
    own = Views(BLAZEPOSE_33, joints_px, confidence)
    sources = {
        "OpenPose 2D": read_openpose(openpose / "pose", own.joints_px.shape[1]),
        "MediaPipe 2D": with_sides_exchanged(own, exchanged_views(cameras, own)),
    }
    medians = {
        name: float(np.nanmedian(reprojection_errors_px(cameras, views, triangulated_views(cameras, views))))
        for name, views in sources.items()
    }
    return {name: reference(cameras, views) for name, views in sources.items()}, medians


def scores(predictions: Mapping[int, np.ndarray], truths: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Errors of one method: by reference, then by camera."""
    rows = {}
    for name, truth in truths.items():
        row = {f"camera {c}": error_mm(joints_mm, truth) for c, joints_mm in predictions.items()}
        rows[name] = {**row, MEAN: float(np.mean([row[f"camera {c}"] for c in MEAN_OF]))}
    return rows


def run(videos: Path, openpose: Path, bundle: Path, model: Path | None) -> dict[str, Any]:
    """Detect, lift and compare."""
    paths = {c: videos / f"cam{c:02d}.mp4" for c in CAMERAS}
    detected = {c: landmarks_of(path, bundle) for c, path in paths.items()}
    truths, medians = references(openpose, detected)
    lifter = Lifter(model)
    methods = {
        "MediaPipe world landmarks": {c: TO_H36M.joints(d.joints_root_mm) for c, d in detected.items()},
        "the same, sides mended": {c: TO_H36M.joints(world_mended(d)) for c, d in detected.items()},
        "its landmarks, lifted": {c: lifted(d, lifter) for c, d in detected.items()},
        "poselift": {c: lifted_video(path, lifter) for c, path in paths.items()},
    }
    return {
        "metric": PROTOCOL.title,
        "joints": LIMB_JOINTS,
        "bundle": bundle.name,
        "model": "default" if model is None else model.name,
        "reference_reprojection_px": medians,
        "frames_with_exchanged_sides": {
            "MediaPipe": {c: int(exchanged_sides(d.clip).sum()) for c, d in detected.items()},
            "poselift": {c: own_exchanged(path) for c, path in paths.items()},
        },
        "errors_mm": {method: scores(predictions, truths) for method, predictions in methods.items()},
    }


def show(result: Mapping[str, Any]) -> None:
    columns = [*(f"camera {c}" for c in CAMERAS), MEAN]
    table = Table("method", "reference", *columns, title=f"{result['metric']}, 12 limb joints, mm")
    for method, rows in result["errors_mm"].items():
        for name, row in rows.items():
            table.add_row(method, name, *(f"{row[column]:.1f}" for column in columns))
        table.add_section()
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pose2sim", type=Path, required=True, help="unpacked wheel of pose2sim 0.10.49")
    parser.add_argument("--openpose", type=Path, required=True, help="unpacked wheel of pose2sim 0.4.15")
    parser.add_argument("--bundle", type=Path, default=BUNDLE, help="MediaPipe's pose_landmarker_*.task")
    parser.add_argument("--model", type=Path, help=".onnx by `poselift export`; default: poselift's own")
    parser.add_argument("--output", "-o", type=Path, default=Path("pose2sim.json"), help="where the JSON goes")
    options = parser.parse_args()
    result = run(
        options.pose2sim / "Pose2Sim" / "Demo_SinglePerson" / "videos",
        options.openpose / "Pose2Sim" / "Demo",
        options.bundle,
        options.model,
    )
    show(result)
    with whole_file(options.output, overwrite=True) as temporary:
        temporary.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
