"""How fast are errors measured, beside the loop over frames of the original lcn-pose evaluation?

    python benchmarks/evaluation.py [--frames 567000] [--rounds 5] [-o figures.json]

The loop is written again here, plainly: one pose at a time, Procrustes alignment with scale and reflection. Both get
poses in camera axes, or in the image frame, from where the original brings them to camera axes in the same loop.
Rounds alternate between the two, and the ratio is the median of the rounds' ratios, so a busy machine slows both.
The last rows are all protocols at once, by action and subject, over `--frames` poses.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from poselift.geometry import Camera, camera_to_image_frame, image_frame_to_camera
from poselift.metrics import PROTOCOLS, Grouping, evaluate, mpjpe, pa_mpjpe
from poselift.metrics.chunks import in_chunks
from poselift.skeleton import H36M_17

LOOP_FRAMES = 10_000
CLIP_FRAMES = 1000
CAMERA = Camera(np.array([1145.0, 1143.8]), np.array([512.5, 515.5]))


class Seen(NamedTuple):
    """What brings poses of the image frame to camera axes: (F, 4) boxes and (F,) depths."""

    boxes_px: np.ndarray
    root_depths_mm: np.ndarray


def aligned(pose: np.ndarray, target: np.ndarray) -> np.ndarray:
    """One pose (J, 3) moved onto its target; it may be mirrored."""
    pose_mean, target_mean = pose.mean(axis=0), target.mean(axis=0)
    pose0, target0 = pose - pose_mean, target - target_mean
    pose_size, target_size = np.linalg.norm(pose0), np.linalg.norm(target0)
    u, s, vt = np.linalg.svd((pose0 / pose_size).T @ (target0 / target_size))
    return s.sum() * target_size * (pose0 / pose_size) @ (u @ vt) + target_mean


def in_camera(pose_image: np.ndarray, box: np.ndarray, root_depth_mm: float) -> np.ndarray:
    """One pose (J, 3) of the image frame in camera axes."""
    pose = pose_image.copy()
    pose[:, 2] = pose[:, 2] / ((box[2] - box[0] + 1) / 2000) + root_depth_mm
    pose[:, 0] = (pose[:, 0] - CAMERA.center_px[0]) / CAMERA.focal_px[0] * pose[:, 2]
    pose[:, 1] = (pose[:, 1] - CAMERA.center_px[1]) / CAMERA.focal_px[1] * pose[:, 2]
    return pose


def loop(predicted: np.ndarray, seen: Seen | None, target: np.ndarray, *, procrustes: bool) -> float:
    """Mean error; of predictions in the image frame, if `seen` says with which boxes."""
    errors = []
    for n, truth in enumerate(target):
        pose = predicted[n] if seen is None else in_camera(predicted[n], seen.boxes_px[n], seen.root_depths_mm[n])
        moved = aligned(pose, truth) if procrustes else pose
        errors.append(np.sqrt(np.square(moved - truth).sum(axis=1)))
    return float(np.mean(errors))


def ours(predicted: np.ndarray, seen: Seen | None, target: np.ndarray, *, procrustes: bool) -> float:
    """As `loop`, with poselift."""
    if seen is not None:
        placed = np.empty(predicted.shape, dtype=predicted.dtype)

        def place(frames: slice) -> None:
            boxes, depths = seen.boxes_px[frames], seen.root_depths_mm[frames]
            placed[frames] = image_frame_to_camera(CAMERA, predicted[frames], boxes, depths)

        in_chunks(place, len(predicted))
        predicted = placed
    return pa_mpjpe(predicted, target, reflection=True) if procrustes else mpjpe(predicted, target)


def measured(action: Callable[[], float]) -> tuple[float, float]:
    """Seconds and what came out."""
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def compared(predicted: np.ndarray, target: np.ndarray, rounds: int) -> dict[str, dict[str, float]]:
    """Poses per second of the loop and of poselift, median of the rounds, and the ratio of the two."""
    few_target = target[:LOOP_FRAMES].astype(np.float64)
    in_image, boxes = camera_to_image_frame(CAMERA, predicted, 0)
    seen = Seen(boxes, predicted[:, 0, 2])
    few_seen = Seen(boxes[:LOOP_FRAMES].astype(np.float64), seen.root_depths_mm[:LOOP_FRAMES].astype(np.float64))
    figures = {}
    for procrustes, given, few_given in ((p, *s) for s in ((None, None), (seen, few_seen)) for p in (False, True)):
        poses = predicted if given is None else in_image
        few = poses[:LOOP_FRAMES].astype(np.float64), few_given, few_target
        assert np.isclose(loop(*few, procrustes=procrustes), ours(*few, procrustes=procrustes), rtol=1e-9)
        rates = []
        for _ in range(rounds):
            slow, _ = measured(lambda f=few, p=procrustes: loop(*f, procrustes=p))
            fast, _ = measured(lambda a=poses, g=given, p=procrustes: ours(a, g, target, procrustes=p))
            rates.append((LOOP_FRAMES / slow, len(predicted) / fast))
        theirs, mine = np.array(rates).T
        name = ("PA-MPJPE" if procrustes else "MPJPE") + (" from the image frame" if given else "")
        figures[name] = {
            "loop": float(np.median(theirs)),
            "poselift": float(np.median(mine)),
            "ratio": float(np.median(mine / theirs)),
        }
    return figures


def whole(predicted: np.ndarray, target: np.ndarray, rounds: int) -> dict[str, float]:
    """Seconds of an evaluation by every protocol, by action and subject; and the memory that it takes."""
    lengths = [min(CLIP_FRAMES, len(target) - a) for a in range(0, len(target), CLIP_FRAMES)]
    groups = {
        "action": Grouping.of([f"action {n % 15}" for n in range(len(lengths))]).repeated(lengths),
        "subject": Grouping.of([f"subject {n % 7}" for n in range(len(lengths))]).repeated(lengths),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def run() -> float:
        report = evaluate(predicted, target, H36M_17, groups, protocols=list(PROTOCOLS), clip_lengths=lengths)
        return report.results["lcn"].mean_mm

    seconds = [measured(run)[0] for _ in range(rounds)]
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "median (s)": float(np.median(seconds)),
        "slowest (s)": max(seconds),
        "memory besides the poses (MB)": (after - before) / 1024,
    }


def synthetic(frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and true poses, made in place: what was used before would hide what measuring uses."""
    rng = np.random.default_rng(0)
    predicted, target = (rng.standard_normal((frames, 17, 3), dtype=np.float32) for _ in range(2))
    target *= 300
    target[..., 2] += 5000
    predicted *= 40
    predicted += target
    return predicted, target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=567_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON")
    arguments = parser.parse_args()
    predicted, target = synthetic(arguments.frames)
    everything = whole(predicted, target, arguments.rounds)
    figures = compared(predicted, target, arguments.rounds)
    print(f"{'poses/s':30} {'loop':>10} {'poselift':>10} {'ratio':>7}")
    for name, rates in figures.items():
        print(f"{name:30} {rates['loop']:10.0f} {rates['poselift']:10.0f} {rates['ratio']:7.1f}")
    print(f"{len(PROTOCOLS)} protocols over {arguments.frames} poses:")
    for name, value in everything.items():
        print(f"  {name:30} {value:8.2f}")
    if arguments.output:
        arguments.output.write_text(json.dumps({**figures, "evaluation": everything}, indent=1) + "\n")


if __name__ == "__main__":
    main()
