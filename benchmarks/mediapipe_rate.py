"""MediaPipe at its best: asked for one person, one process on each core, frames decoded beforehand.

    python benchmarks/mediapipe_rate.py [--video examples/balance.mp4] [--processes 2] [--rounds 3]

What another library has to reach. Needs the extra mediapipe.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Queue

from poselift.detect.base import TimedPicture
from poselift.detect.frames import read_frames, video_info
from poselift.detect.mediapipe import MediaPipeDetector
from poselift.detect.picture import Picture

BUNDLE = Path(__file__).parent / "models" / "pose_landmarker_full.task"


def detect_again_and_again(video: Path, rounds: int, barrier: Barrier, seconds: Queue[list[float]]) -> None:
    """Seconds of each round; in a process of its own, which waits for the others before each."""
    fps = video_info(video).fps
    frames = [TimedPicture(Picture.of(image), number / fps) for number, image in enumerate(read_frames(video))]
    taken = []
    with MediaPipeDetector(BUNDLE, people=1) as detector:
        for number in range(rounds + 1):
            later = [frame._replace(time_s=frame.time_s + number * len(frames) / fps) for frame in frames]
            barrier.wait()
            start = time.perf_counter()
            for _ in detector.detect(later):
                pass
            taken.append(time.perf_counter() - start)
    seconds.put(taken[1:])


def rate(video: Path, processes: int, rounds: int) -> float:
    """Frames per second of all processes together, the median of the rounds."""
    context = multiprocessing.get_context("spawn")
    barrier, seconds = context.Barrier(processes), context.Queue()
    workers = [
        context.Process(target=detect_again_and_again, args=(video, rounds, barrier, seconds))
        for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    taken = [seconds.get() for _ in workers]
    for worker in workers:
        worker.join()
    frames = sum(1 for _ in read_frames(video))
    return statistics.median(sum(frames / one for one in at_once) for at_once in zip(*taken, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--video", type=Path, default=Path("examples/balance.mp4"))
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found = rate(options.video, options.processes, options.rounds)
    print(f"MediaPipe, one person, {options.processes} processes: {found:.1f} frames/s together")


if __name__ == "__main__":
    main()
