"""How much more cameras help: PA-MPJPE on Pose2Sim's recording, of one camera, of pairs and of all four.

    python benchmarks/several_cameras.py --pose2sim pose2sim-0.10.49 --openpose pose2sim-0.4.15

The wheels are those of `pose2sim.py`. The error is that of the twelve limb joints after Procrustes alignment of each
frame, against OpenPose's keypoints triangulated from all four cameras; and the distance in the calibration's world,
which no alignment helps. The last line says who was matched with whom in the recording of two people.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pose2sim import error_mm
from pose2sim_reference import CAMERAS, LIMB_JOINTS, read_openpose, reference

from poselift.data.calibrations.reading import read_calibration
from poselift.data.scene import Scene
from poselift.geometry.camera import Camera
from poselift.lifting.lifter import Lifter
from poselift.lifting.video import lift_video
from poselift.multiview.scene import ALONE, brought_together
from poselift.skeleton import H36M_17


def lifted(folder: Path, cameras: Sequence[Camera], lifter: Lifter) -> list[Scene]:
    """Each camera's video alone."""
    videos = [folder / f"cam{number:02d}.mp4" for number in CAMERAS]
    return [
        lift_video(video, lifter=lifter, camera=camera, options=ALONE)
        for video, camera in zip(videos, cameras, strict=True)
    ]


def row(scene: Scene, truth_world_mm: np.ndarray) -> str:
    """Both errors, and what share of the joints was triangulated."""
    clip = scene.main.converted(H36M_17)
    limbs = H36M_17.indices(LIMB_JOINTS)
    apart = np.linalg.norm(clip.joints_world_mm - truth_world_mm[: len(clip)], axis=-1)[:, limbs]
    share = scene.about["triangulated"]
    return (
        f"{error_mm(clip.joints_root_mm, truth_world_mm[: len(clip)]):.1f} | {np.nanmedian(apart):.0f} | {share:.0%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pose2sim", type=Path, required=True)
    parser.add_argument("--openpose", type=Path, required=True)
    asked = parser.parse_args()
    demo, lifter = asked.openpose / "Pose2Sim" / "Demo", Lifter()
    cameras = read_calibration(demo / "calibration" / "Calib_qualisys.toml").cameras
    truth = reference(cameras, read_openpose(demo / "pose"))
    scenes = lifted(asked.pose2sim / "Pose2Sim" / "Demo_SinglePerson" / "videos", cameras, lifter)
    print("| cameras | PA-MPJPE, mm | in the world, median, mm | triangulated |\n|---|---|---|---|")
    for number, scene in zip(CAMERAS, scenes, strict=True):
        print(f"| {number} | {error_mm(scene.main.converted(H36M_17).joints_root_mm, truth):.1f} | | |")
    for count in (2, 3, 4):
        for chosen in itertools.combinations(range(len(CAMERAS)), count):
            together = brought_together([scenes[n] for n in chosen], [cameras[n] for n in chosen])
            print(f"| {', '.join(str(CAMERAS[n]) for n in chosen)} | {row(together, truth)} |")
    two = asked.pose2sim / "Pose2Sim" / "Demo_MultiPerson"
    others = read_calibration(two / "calibration" / "Calib.qca.txt").cameras
    people = brought_together(lifted(two / "videos", others, lifter), others)
    print(f"two people: {len(people)} found, {people.about['triangulated']:.0%} of their joints triangulated")


if __name__ == "__main__":
    main()
