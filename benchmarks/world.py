"""How well people of one camera are put into a world: python benchmarks/world.py MOCAP.safetensors [--split test]

Held-out motion capture is seen by virtual cameras of -30 to 30 degrees of pitch and -10 to 10 of roll, 3 m away
or more, with true 2D and a known focal length, lifted by the default model and put into a world. By kind of motion:
how far from vertical people are then, how tall somebody is whose height was said, how much of a jump's height is
left, how fast feet slide that truly stand, and what constant bones cost. People who sit are standing people whose
hips and knees are bent as training bends them, since the capture has none.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from poselift import Lifter
from poselift.data.clip import Clip
from poselift.data.scene import Scene
from poselift.data.sources.augment import PoseAugmentConfig, augmented
from poselift.data.store import ClipInfo, DatasetStore, load_store
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21, Skeleton
from poselift.world.bone_lengths import with_constant_bones
from poselift.world.making import in_world
from poselift.world.options import Sizes, WorldOptions

SIZE_PX, FOV_DEG = (1920, 1080), 50.0
PITCH_DEG, ROLL_DEG, NEAREST_MM, FARTHEST_MM = 30.0, 10.0, 3000.0, 6000.0
LONGEST, SHORTEST = 400, 20
# A foot stands while it is slower than this.
STANDING_MM_S = 100.0
# What the names of clips say about them; the others are not of these kinds.
KINDS = {
    "walks": ("walking", "/007_", "/07_", "/02_01", "/02_02", "/002_01", "/002_02", "/08_"),
    "stands": ("signal", "directing_traffic"),
    "jumps": ("jumping",),
}
SEATED = PoseAugmentConfig(
    mirror=0, exchange=0, turn_rad=0, wild=0, free=0, sit=1, tumble=0, size=0, bones=0, foot_rad=0
)
SOLES = ("left_heel", "right_heel", "left_toe", "right_toe")


@dataclass(frozen=True)
class Measured:
    """Of one clip.

    Attributes:
        tilt_deg: between up as it was found and as it is.
        rise: how far the root goes up and down, found over true.
        height: of the person who was said to be as tall as they are, found over true, in the true world.
        slide_mm_s: (N,) of the joints of feet that truly stand.
        error_mm, constant_mm: MPJPE before and after bones have one length.
    """

    tilt_deg: float
    rise: float
    height: float
    slide_mm_s: np.ndarray
    error_mm: float
    constant_mm: float


def kind_of(name: str) -> str:
    return next((kind for kind, words in KINDS.items() if any(word in name for word in words)), "other")


def camera_before(joints_world_mm: np.ndarray, rng: np.random.Generator) -> Camera:
    """One that looks at the middle of somebody's way."""
    middle = joints_world_mm.mean(axis=(0, 1))
    pitch, roll = np.radians(rng.uniform(-PITCH_DEG, PITCH_DEG)), np.radians(rng.uniform(-ROLL_DEG, ROLL_DEG))
    heading = rng.uniform(0, 2 * np.pi)
    reach = np.linalg.norm((joints_world_mm - middle)[..., :2], axis=-1).max()
    away = max(rng.uniform(NEAREST_MM, FARTHEST_MM), reach + NEAREST_MM / 2)
    level = axis_rotation("X", np.pi / 2) @ axis_rotation("Z", heading)
    rotation = axis_rotation("Z", roll) @ axis_rotation("X", pitch) @ level
    focal = SIZE_PX[0] / 2 / np.tan(np.radians(FOV_DEG) / 2)
    return Camera(np.full(2, focal), np.array(SIZE_PX) / 2, rotation, middle - away * rotation[2], size_px=SIZE_PX)


def seen(joints_world_mm: np.ndarray, camera: Camera, fps: float, skeleton: Skeleton = BODY_21) -> Clip:
    """The 2D clip, of a camera that knows its lens and not its place."""
    blind = replace(camera, rotation=np.eye(3), position_mm=np.zeros(3))
    joints_px = camera.camera_to_image(camera.world_to_camera(joints_world_mm))
    return Clip(skeleton, fps, joints_px=joints_px, size_px=SIZE_PX, camera=blind)


def height_of(joints_mm: np.ndarray, up: np.ndarray, skeleton: Skeleton = BODY_21) -> float:
    """How tall somebody stands, at their tallest but for a few frames."""
    soles = joints_mm[:, skeleton.indices(SOLES)]
    return float(np.percentile(((joints_mm[:, [skeleton.index("head")]] - soles) @ up).max(axis=1), 97))


def measured(lifted: Clip, joints_world_mm: np.ndarray, camera: Camera) -> Measured:
    """What becomes of a clip that was lifted, and how far that is from the truth."""
    skeleton, up = lifted.skeleton, camera.rotation[:, 2]
    true_cam_mm = camera.world_to_camera(joints_world_mm)
    true_root_mm = true_cam_mm - skeleton.root_position(true_cam_mm)
    tall = height_of(joints_world_mm, np.array([0.0, 0, 1]), skeleton)
    scene = in_world(Scene.of(lifted), WorldOptions(sizes=Sizes({1: tall / 1e3})))
    found = scene.main.joints_world_mm.astype(np.float64)
    tilt = np.degrees(np.arccos(np.clip(scene.footage.camera.rotation[:, 2] @ up, -1, 1)))  # type: ignore[union-attr]
    feet = skeleton.indices((*SOLES, "left_ankle", "right_ankle"))
    slow = np.linalg.norm(np.diff(joints_world_mm[:, feet], axis=0), axis=-1) * lifted.fps < STANDING_MM_S
    slide = np.linalg.norm(np.diff(found[:, feet], axis=0), axis=-1) * lifted.fps
    errors = [
        float(np.linalg.norm(clip.joints_root_mm - true_root_mm, axis=-1).mean())
        for clip in (lifted, with_constant_bones(lifted))
    ]
    rise = np.ptp(found[:, 0, 2]) / max(float(np.ptp(joints_world_mm[:, 0, 2])), 1.0)
    height = height_of(scene.main.joints_root_mm.astype(np.float64), up, skeleton) / tall
    return Measured(float(tilt), float(rise), height, slide[slow], *errors)


def motions(store: DatasetStore, clips: tuple[ClipInfo, ...]) -> Iterator[tuple[str, ClipInfo, np.ndarray]]:
    """The kind of each motion, its clip, and its joints (F, J, 3); those who stand or walk sit too."""
    for clip in clips:
        joints = np.asarray(store.joints_world_mm[clip.frames], dtype=np.float64)[:LONGEST]
        if len(joints) < SHORTEST or not np.isfinite(joints).all():
            continue
        kind = kind_of(f"/{clip.name}")
        yield kind, clip, joints
        if kind in ("walks", "stands"):
            yield "sits", clip, seated(joints, clip.start, store.skeleton)


def seated(joints_world_mm: np.ndarray, seed: int, skeleton: Skeleton) -> np.ndarray:
    """The same person on a chair, which stays where it is."""
    joints = augmented(joints_world_mm[None], skeleton, SEATED, np.random.default_rng(seed))[0]
    root = skeleton.root_position(joints)
    return joints - root + root.mean(axis=0)


def table(found: dict[str, list[Measured]]) -> str:
    """One row for each kind. Heights count where people stand up, rises where they jump."""
    titles = (
        "",
        "clips",
        "tilt, median / worst, deg",
        "height within 2 %",
        "rise",
        "slide, mm/s",
        "MPJPE",
        "constant",
    )
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for kind, rows in found.items():
        tilt = np.array([row.tilt_deg for row in rows])
        within = f"{np.mean([abs(row.height - 1) <= 0.02 for row in rows]):.0%}" if kind != "sits" else ""
        rise = f"{np.median([row.rise for row in rows]):.2f}" if kind == "jumps" else ""
        slide = f"{np.median(np.concatenate([row.slide_mm_s for row in rows])):.0f}"
        errors = [f"{np.mean([getattr(row, name) for row in rows]):.1f}" for name in ("error_mm", "constant_mm")]
        cells = (kind, str(len(rows)), f"{np.median(tilt):.1f} / {tilt.max():.1f}", within, rise, slide, *errors)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--views", type=int, default=4)
    asked = parser.parse_args()
    store, lifter = load_store(asked.store), Lifter()
    found: dict[str, list[Measured]] = defaultdict(list)
    for kind, clip, joints in motions(store, store.clips_of((asked.split,))):
        for view in range(asked.views):
            camera = camera_before(joints, np.random.default_rng([clip.start, view]))
            found[kind].append(measured(lifter.lift(seen(joints, camera, clip.fps)), joints, camera))
    print(table(dict(sorted(found.items()))))


if __name__ == "__main__":
    main()
