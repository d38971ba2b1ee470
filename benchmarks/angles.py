"""How far joint angles of lifted people are off: python benchmarks/angles.py MOCAP.safetensors [--split test]

Held-out motion capture is seen by virtual cameras as in `world.py`, with true 2D and a known focal length, lifted by
the default model and put into a world. Its joint angles are compared with those of the motion capture's own joints:
the median over frames, for each kind of motion and angle; left and right together. "told" is how often the lifted
joints say an angle where the true ones do. With --pose2sim and --openpose the same of its recording, against a
reference triangulated from four cameras.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from pose2sim_reference import CAMERAS, read_cameras, read_openpose, reference

from poselift import Lifter
from poselift.angles.joint_angles import JointAngles, joint_angles
from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.data.store import DatasetStore, load_store
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.lifting.video import lift_video
from poselift.skeleton import H36M_17
from poselift.world.making import in_world
from poselift.world.options import WorldOptions
from world import camera_before, motions, seen

# Errors of an angle, and whether it was told, over all frames of a kind.
Found = dict[str, dict[str, list[np.ndarray]]]


def true_angles(joints_world_mm: np.ndarray, camera: Camera, clip: Clip) -> JointAngles:
    """Those of the motion capture's joints."""
    joints = camera.world_to_camera(joints_world_mm)
    root = clip.skeleton.root_position(joints)
    return joint_angles(
        Clip(clip.skeleton, clip.fps, joints_root_mm=joints - root, root_cam_mm=root[:, 0], camera=camera)
    )


def errors_deg(found: JointAngles, true: JointAngles) -> dict[str, np.ndarray]:
    """By angle without its side: how far off each is, NaN where only the truth tells it."""
    errors: dict[str, list[np.ndarray]] = defaultdict(list)
    for name in true.names:
        told = np.isfinite(true[name])
        off = np.abs((found[name] - true[name] + 180) % 360 - 180)[told]
        errors[name.removeprefix("left_").removeprefix("right_")].append(off)
    return {name: np.concatenate(parts) for name, parts in errors.items()}


def table(found: Found) -> str:
    """A row for each angle, a column for each kind of motion: median error, 9 of 10, and how often it is told."""
    kinds = sorted(found)
    lines = [f"| median / 9 of 10, degrees (told) | {' | '.join(kinds)} |", "|---" * (1 + len(kinds)) + "|"]
    for name in found[kinds[0]]:
        cells = []
        for kind in kinds:
            off = np.concatenate(found[kind][name])
            told = off[np.isfinite(off)]
            cells.append(
                f"{np.median(told):.1f} / {np.percentile(told, 90):.0f} ({len(told) / len(off):.0%})"
                if len(told)
                else ""
            )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def of_motion_capture(store: DatasetStore, split: str, views: int, lifter: Lifter) -> Found:
    """Of each kind of motion."""
    found: Found = defaultdict(lambda: defaultdict(list))
    for kind, clip, joints in motions(store, store.clips_of((split,))):
        for view in range(views):
            camera = camera_before(joints, np.random.default_rng([clip.start, view]))
            lifted = in_world(Scene.of(lifter.lift(seen(joints, camera, clip.fps))), WorldOptions()).main
            for name, off in errors_deg(joint_angles(lifted), true_angles(joints, camera, lifted)).items():
                found[kind][name].append(off)
    return found


def of_recording(videos: Path, openpose: Path) -> Found:
    """Of each camera of Pose2Sim's recording alone, against OpenPose's keypoints triangulated from all four."""
    cameras = read_cameras(openpose / "calibration" / "Calib_qualisys.toml")
    found: Found = {}
    for number in CAMERAS:
        lifted = lift_video(videos / f"cam{number:02d}.mp4").main.converted(H36M_17)
        joints = reference(cameras, read_openpose(openpose / "pose", len(lifted)))
        valid = np.isfinite(joints).all(axis=(1, 2))
        root = H36M_17.root_position(joints)
        blind = Camera(np.ones(2), np.zeros(2), axis_rotation("X", np.pi / 2))
        true = Clip(
            H36M_17,
            lifted.fps,
            joints_root_mm=(joints - root) @ blind.rotation.T,
            root_cam_mm=blind.world_to_camera(root[:, 0]),
            valid=valid,
            camera=blind,
        )
        errors = errors_deg(joint_angles(lifted), joint_angles(true))
        found[f"camera {number}"] = {name: [off] for name, off in errors.items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path, nargs="?")
    parser.add_argument("--split", default="val")
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--pose2sim", type=Path, help="unpacked wheel of 0.10.49, see pose2sim.py")
    parser.add_argument("--openpose", type=Path, help="unpacked wheel of 0.4.15")
    asked = parser.parse_args()
    if asked.store:
        print(table(of_motion_capture(load_store(asked.store), asked.split, asked.views, Lifter())))
    if asked.pose2sim:
        videos = asked.pose2sim / "Pose2Sim" / "Demo_SinglePerson" / "videos"
        print(table(of_recording(videos, asked.openpose / "Pose2Sim" / "Demo")))


if __name__ == "__main__":
    main()
