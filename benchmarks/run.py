"""How fast poselift is on this machine: `make bench`, or `python benchmarks/run.py [-o speed.json] [--rounds 5]`.

Each figure is the median of several rounds, with the least and the greatest beside it. Machines are noisy: compare
figures of one run with each other rather than with those of another day.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

from poselift import Camera, Lifter
from poselift.detect.mediapipe import MediaPipeDetector
from poselift.lifting.video import detect_video, lift_detected
from poselift.metrics import mpjpe, pa_mpjpe

CLIP = Path(__file__).parents[1] / "examples" / "balance.mp4"


def per_second(count: int, work: Callable[[], object], rounds: int) -> list[float]:
    """Items per second in each round, after one that does not count."""
    work()
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        rates.append(count / (time.perf_counter() - start))
    return rates


def lifting(rounds: int) -> dict[str, list[float]]:
    """Poses per second of the default model, arrays in, arrays out."""
    rng = np.random.default_rng(0)
    camera = Camera.guessed((1920, 1080))
    joints_px = rng.uniform((600, 200), (1200, 900), (8192, 17, 2)).astype(np.float32)
    confidence = np.ones((8192, 17), np.float32)
    rates = {}
    for flip in (False, True):
        lifter = Lifter(flip=flip)
        for batch in (1, 200, 8192):
            times = min(8192 // batch, 100)

            def work(lifter: Lifter = lifter, batch: int = batch, times: int = times) -> None:
                for _ in range(times):
                    lifter.lift_arrays(joints_px[:batch], confidence[:batch], camera)

            rates[f"lift {batch} at a time, flip {'on' if flip else 'off'} (poses/s)"] = per_second(
                batch * times, work, rounds
            )
    return rates


def video(rounds: int) -> dict[str, list[float]]:
    """Frames per second of the example video, 1080 x 1920: decoding, detection and lifting."""
    lifter = Lifter()
    rates: dict[str, list[float]] = {"video to 3D (frames/s)": [], "lifting over detection time (%)": []}
    for _ in range(rounds):
        with MediaPipeDetector() as detector:
            start = time.perf_counter()
            detected = detect_video(CLIP, detector)
            between = time.perf_counter()
        lift_detected(detected, lifter)
        end = time.perf_counter()
        rates["video to 3D (frames/s)"].append(len(detected) / (end - start))
        rates["lifting over detection time (%)"].append(100 * (end - between) / (between - start))
    return rates


def evaluation(rounds: int) -> dict[str, list[float]]:
    """Poses per second of the metrics."""
    rng = np.random.default_rng(0)
    target = rng.normal(0, 300, (20_000, 17, 3))
    predicted = target + rng.normal(0, 30, target.shape)
    return {
        "MPJPE (poses/s)": per_second(len(target), lambda: mpjpe(predicted, target), rounds),
        "PA-MPJPE (poses/s)": per_second(len(target), lambda: pa_mpjpe(predicted, target), rounds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "onnxruntime": onnxruntime.__version__,
    }
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    figures = {**lifting(arguments.rounds), **video(arguments.rounds), **evaluation(arguments.rounds)}
    print(f"{'':45} {'median':>10} {'least':>10} {'greatest':>10}")
    for name, values in figures.items():
        print(f"{name:45} {np.median(values):10.1f} {min(values):10.1f} {max(values):10.1f}")
    if arguments.output:
        arguments.output.write_text(json.dumps({"machine": machine, "figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
