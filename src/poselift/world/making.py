"""People in camera axes to people in a world: constant bones, real size, a steady path, feet that stay, upright."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from poselift.data.clip import Clip
from poselift.data.scene import Scene, Track
from poselift.world.bone_lengths import with_constant_bones
from poselift.world.feet import with_feet_kept
from poselift.world.options import Sizes, WorldOptions
from poselift.world.placing import is_placed, placed
from poselift.world.root_path import steady_path, with_steady_root
from poselift.world.size import scaled, size_factor
from poselift.world.up import level_up, up_by_people


def in_world(scene: Scene, options: WorldOptions) -> Scene:
    """The scene with its people mended over the whole clip, and a camera that stands in the world.

    A camera whose place is known stays where it is, and so does the world. What is assumed is in the notes.

    Raises:
        ShapeError: somebody has no 3D joints, or not those that their size is of.
    """
    camera = scene.footage.camera or next((track.clip.camera for track in scene.tracks), None)
    if camera is None:
        return scene
    scene = scene.with_camera(camera)
    if options.constant_bones:
        scene = scene.mapped(lambda clip: with_constant_bones(clip) if _is_lifted(clip) else clip)
    known = is_placed(camera)
    up_cam, notes = (camera.rotation[:, 2], ()) if known else _up(scene, options)
    scene = scene.mapped(lambda clip: _steady(clip, up_cam) if _is_lifted(clip) else clip)
    scene = scene.replaced(tracks=tuple(_sized(track, options.sizes, up_cam) for track in scene.tracks))
    scene = scene.replaced(footage=scene.footage.noted(*notes))
    return scene if known else placed(scene, up_cam)


def _is_lifted(clip: Clip) -> bool:
    joints = clip.joints_root_mm
    return joints is not None and bool(np.isfinite(joints[clip.valid]).all(axis=(1, 2)).any())


def _sized(track: Track, sizes: Sizes, up_cam: np.ndarray) -> Track:
    if not (sizes and _is_lifted(track.clip)):
        return track
    return replace(track, clip=scaled(track.clip, size_factor(sizes, track.id, track.clip, up_cam)))


def _steady(clip: Clip, up_cam: np.ndarray) -> Clip:
    path, stands = steady_path(clip, up_cam)
    return with_feet_kept(clip.replaced(root_cam_mm=path), stands)


def _up(scene: Scene, options: WorldOptions) -> tuple[Float[np.ndarray, "3"], tuple[str, ...]]:
    """Where up is, and what readers of a result should know of it."""
    if options.pitch_deg is not None:
        return level_up(options.pitch_deg), ()
    # Up is found better from a path that is steady, and the path better where up is known.
    up = up_by_people(scene.mapped(lambda clip: with_steady_root(clip) if _is_lifted(clip) else clip))
    if up is None:
        return level_up(), ("nobody stands upright: the camera was taken to be level, see --pitch",)
    return up, ()
