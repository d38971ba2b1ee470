"""How far poselift's landmarks are from MediaPipe's: the same frames, one person, nothing smoothed.

    python benchmarks/landmark_difference.py examples/balance.mp4 cam01.mp4 cam02.mp4

Both detectors look for two people, which keeps MediaPipe from smoothing; of MediaPipe's the person who is largest is
compared, with whoever of ours is nearest. A distance is told in % of the person's height in the picture.
Needs the extra mediapipe.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from poselift.data.detections import Detections
from poselift.detect import DEFAULT_DETECTOR, DETECTORS
from poselift.detect.mediapipe import MediaPipeDetector
from poselift.detect.video import detect_video
from poselift.lookup import look_up
from poselift.skeleton import BLAZEPOSE_33

BUNDLE = Path(__file__).parent / "models" / "pose_landmarker_full.task"
PARTS = {
    "face": ("nose", "eye_inner", "eye", "eye_outer", "ear", "mouth"),
    "arms": ("shoulder", "elbow", "wrist"),
    "hands": ("pinky", "index", "thumb"),
    "legs": ("hip", "knee", "ankle"),
    "feet": ("heel", "foot_index"),
}


@dataclass(frozen=True)
class Difference:
    """Between two detectors on one video.

    Attributes:
        percent: (F, 33) distance in % of the person's height; NaN in frames in which one of the two found nobody.
        exchanged: (F,) frames in which one has left where the other has right.
    """

    percent: np.ndarray
    exchanged: np.ndarray

    @property
    def median(self) -> float:
        return float(np.nanmedian(self.percent))

    def of_part(self, names: Sequence[str]) -> float:
        """Median over some joints."""
        joints = [joint for joint in BLAZEPOSE_33.joints if without_side(joint) in names]
        return float(np.nanmedian(self.percent[:, BLAZEPOSE_33.indices(joints)]))

    @property
    def frames(self) -> int:
        """In how many frames both found somebody."""
        return int(np.isfinite(self.percent[:, 0]).sum())


def without_side(joint: str) -> str:
    return joint.removeprefix("left_").removeprefix("right_")


def difference(theirs: Detections, ours: Detections) -> Difference:
    """Largest person of theirs against the nearest of ours, in every frame of the same video."""
    n_frames = len(theirs.footage)
    percent = np.full((n_frames, len(BLAZEPOSE_33)), np.nan)
    exchanged = np.zeros(n_frames, dtype=bool)
    for frame in range(n_frames):
        they, we = theirs.joints_px[theirs.in_frame(frame)], ours.joints_px[ours.in_frame(frame)]
        if not len(they) or not len(we):
            continue
        heights_px = np.ptp(they[..., 1], axis=1)
        person = they[np.argmax(heights_px)]
        distances_px = np.linalg.norm(we - person, axis=-1)
        nearest = int(np.argmin(distances_px.mean(axis=1)))
        mirrored_px = np.linalg.norm(we[nearest][BLAZEPOSE_33.flip_permutation] - person, axis=-1)
        exchanged[frame] = mirrored_px.mean() < distances_px[nearest].mean()
        percent[frame] = 100 * distances_px[nearest] / heights_px.max()
    return Difference(percent, exchanged)


def of_video(video: Path) -> Difference:
    """Detect with both."""
    with MediaPipeDetector(BUNDLE) as detector:
        theirs = detect_video(video, detector)
    with look_up(DETECTORS, DEFAULT_DETECTOR, "detector")() as detector:
        ours = detect_video(video, detector)
    return difference(theirs, ours)


def line(name: str, found: Difference) -> str:
    parts = ", ".join(f"{part} {found.of_part(names):.2f}" for part, names in PARTS.items())
    exchanged = int(found.exchanged.sum())
    frames = f"{found.frames} of {len(found.percent)} frames, sides exchanged in {exchanged}"
    return f"{name:20} median {found.median:.2f} % of the height ({parts}); {frames}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path, nargs="+")
    for video in parser.parse_args().videos:
        print(line(video.name, of_video(video)), flush=True)


if __name__ == "__main__":
    main()
