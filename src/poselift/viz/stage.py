"""A scene set on a floor, ready to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, UInt8

from poselift.data.joint_status import FILLED, SEEN
from poselift.data.scene import Scene, Track
from poselift.errors import ShapeError
from poselift.skeleton.skeleton import Skeleton
from poselift.viz.upright import camera_to_stage
from poselift.world.placing import is_placed

# Room for the thickness of a foot, whose joints lie inside.
_SOLE_MM = 45.0
# The floor lies at this percentile of the lowest points, so that one bad frame does not sink it.
_FLOOR_PERCENTILE = 2.0
# People whose places are unknown stand in a row with this much room for each.
_ROOM_MM = 1000.0


@dataclass(frozen=True, eq=False)
class Actor:
    """One person on the stage (x right, y up, z towards the video camera), the floor at y = 0.

    Attributes:
        id: whose track of the scene this is.
        first_frame: the frame of the footage that the F frames here begin at.
        skeleton: what the J joints are.
        joints_root_stage_mm: (F, J, 3) relative to the root.
        root_height_mm: (F,) height of the root: that above the floor of the scene's world, or, where there is none,
            the one that sets the lowest joint of each frame on the floor.
        root_stage_mm: (F, 3) where the root really goes; None where unknown.
        place_stage_mm: (F, 2) where to stand, x and z, in every frame. Of several people: where the root goes, its
            gaps bridged, or beside the others if its path is unknown. Somebody alone stays at the origin.
        present: (F,) whether there is a person to draw; joints, height and root hold NaN elsewhere.
        filled: (F,) whether that person was not observed but interpolated.
        joint_status: (F, J) whether each joint was seen, filled or guessed; none is seen in a frame that is filled.
    """

    id: int
    first_frame: int
    skeleton: Skeleton
    joints_root_stage_mm: Float[np.ndarray, "frames joints 3"]
    root_height_mm: Float[np.ndarray, " frames"]
    root_stage_mm: Float[np.ndarray, "frames 3"] | None
    place_stage_mm: Float[np.ndarray, "frames 2"]
    present: Bool[np.ndarray, " frames"]
    filled: Bool[np.ndarray, " frames"]
    joint_status: UInt8[np.ndarray, "frames joints"]

    def row(self, frame: int) -> int | None:
        """Where a frame of the footage is in the arrays here; None while there is nobody to draw."""
        row = frame - self.first_frame
        return row if 0 <= row < len(self.present) and self.present[row] else None

    @cached_property
    def standing_stage_mm(self) -> Float[np.ndarray, "frames joints 3"]:
        """Joints (F, J, 3) at their place, as high as the root is."""
        x, z = self.place_stage_mm.T
        joints: np.ndarray = self.joints_root_stage_mm + np.stack([x, self.root_height_mm, z], axis=-1)[:, None]
        return joints


@dataclass(frozen=True, eq=False)
class Setting:
    """Where a stage stands, so that what comes later in a video is set on the same one.

    Attributes:
        camera_to_stage: the rotation from camera axes.
        origin_mm: the stage's origin as seen from the camera, in the stage's directions; None while nobody's path is
            known.
        alone: whether there is one person only, who stays at the origin.
    """

    camera_to_stage: Float[np.ndarray, "3 3"]
    origin_mm: Float[np.ndarray, "3"] | None
    alone: bool


@dataclass(frozen=True, eq=False)
class Stage:
    """Everybody of a scene on one floor, at their places to each other where their roots are known.

    Attributes:
        actors: one per track of the scene, in its order. The path of the main person, or of the first whose root is
            known, has its middle at the origin, unless a setting was given.
        main: which of them is the main person; None where there is nobody.
        setting: where it stands.
    """

    actors: tuple[Actor, ...]
    main: int | None
    setting: Setting

    @classmethod
    def of(cls, scene: Scene, setting: Setting | None = None) -> Stage:
        """Turn a scene upright and put a floor under it; by default as suits this scene.

        Raises:
            ShapeError: somebody has no 3D joints.
        """
        setting = setting or Setting(camera_to_stage(scene), None, len(scene) < 2)
        actors = [_turned(track, setting.camera_to_stage, _floor_mm(scene)) for track in scene.tracks]
        main = next((n for n, track in enumerate(scene.tracks) if track.clip is scene.main), None)
        if setting.origin_mm is None:
            leading = sorted(range(len(actors)), key=lambda n: n != main)
            setting = replace(setting, origin_mm=_origin(actors, leading, _floor_mm(scene)))
        actors = [_moved(actor, setting.origin_mm) for actor in actors]
        return cls(tuple(actors) if setting.alone else _placed(actors, scene.tracks), main, setting)


def _floor_mm(scene: Scene) -> float | None:
    """How high the floor of the scene's world is, from the camera; None where the camera stands in no world."""
    camera = scene.footage.camera
    return None if camera is None or not is_placed(camera) else -float(camera.position_mm[2])


def _turned(track: Track, rotation: np.ndarray, floor_mm: float | None) -> Actor:
    """The person in the directions of the stage, the origin still at the camera."""
    clip = track.clip
    if clip.joints_root_mm is None:
        raise ShapeError("joints_root_mm: this clip has 2D joints only", "lift it first: poselift lift")
    joints = clip.joints_root_mm @ rotation.T
    present = clip.valid & np.isfinite(joints).all(axis=-1).any(axis=-1)
    joints = np.where(present[:, None, None], joints, np.nan)
    height = np.full(len(clip), np.nan)
    height[present] = _SOLE_MM - np.nanmin(joints[present, :, 1], axis=1)
    root = None if clip.root_cam_mm is None else clip.root_cam_mm @ rotation.T
    if root is not None:
        known = present & np.isfinite(root).all(axis=-1)
        if floor_mm is not None:
            height[known] = root[known, 1] - floor_mm
        root = np.where(known[:, None], root, np.nan) if known.any() else None
    nowhere = np.zeros((len(clip), 2))
    filled = clip.filled & present
    status = np.maximum(clip.joint_status, np.where(filled, FILLED, SEEN)[:, None].astype(np.uint8))
    return Actor(track.id, track.first_frame, clip.skeleton, joints, height, root, nowhere, present, filled, status)


def _origin(actors: Sequence[Actor], leading: Sequence[int], floor_mm: float | None) -> Float[np.ndarray, "3"] | None:
    """Below the middle of the first known path of those `leading`, on the floor."""
    middle = next((_middle(root) for n in leading if (root := actors[n].root_stage_mm) is not None), None)
    if middle is None:
        return None
    if floor_mm is not None:
        return np.array([middle[0], floor_mm, middle[2]])
    soles = [actor.root_stage_mm[:, 1] - actor.root_height_mm for actor in actors if actor.root_stage_mm is not None]
    floor = np.nanpercentile(np.concatenate(soles), _FLOOR_PERCENTILE)
    return np.array([middle[0], floor, middle[2]])


def _moved(actor: Actor, origin_mm: np.ndarray | None) -> Actor:
    if actor.root_stage_mm is None or origin_mm is None:
        return actor
    return replace(actor, root_stage_mm=actor.root_stage_mm - origin_mm)


def _middle(path: np.ndarray) -> np.ndarray:
    middle: np.ndarray = (np.nanmin(path, axis=0) + np.nanmax(path, axis=0)) / 2
    return middle


def _placed(actors: Sequence[Actor], tracks: Sequence[Track]) -> tuple[Actor, ...]:
    """Everybody with a place; those whose paths are unknown stand to the right, in the image's order."""
    placed = list(actors)
    free_x = 0.0
    for n, actor in enumerate(actors):
        if actor.root_stage_mm is not None:
            placed[n] = replace(actor, place_stage_mm=_without_gaps(actor.root_stage_mm[:, ::2]))
            free_x = max(free_x, placed[n].place_stage_mm[:, 0].max() + _ROOM_MM)
    lost = [n for n, actor in enumerate(actors) if actor.root_stage_mm is None]
    for n in sorted(lost, key=lambda n: _image_x(tracks[n])):
        placed[n] = replace(actors[n], place_stage_mm=actors[n].place_stage_mm + np.array([free_x, 0.0]))
        free_x += _ROOM_MM
    return tuple(placed)


def _without_gaps(path: np.ndarray) -> np.ndarray:
    known = np.flatnonzero(np.isfinite(path[:, 0]))
    return np.stack([np.interp(np.arange(len(path)), known, axis[known]) for axis in path.T], axis=-1)


def _image_x(track: Track) -> float:
    """Where somebody is in the image from left to right, 0 where that is not known either."""
    joints_px = track.clip.joints_px
    if joints_px is None or not np.isfinite(joints_px).any():
        return 0.0
    return float(np.nanmean(joints_px[..., 0]))
