"""A scene of several cameras: each lifted alone, then brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from poselift.data.clip import Clip
from poselift.data.scene import Scene, Track
from poselift.errors import NoPersonError, ShapeError
from poselift.geometry.camera import Camera
from poselift.lifting.options import DEFAULTS, LiftOptions
from poselift.lifting.smoothing import SMOOTHERS
from poselift.lookup import look_up
from poselift.multiview import REPROJECTION
from poselift.multiview.fusion import Pose, fused
from poselift.multiview.views import View, views_of
from poselift.multiview.who import people_of_views
from poselift.skeleton import Skeleton
from poselift.world.bone_lengths import with_constant_bones
from poselift.world.calibrated import up_cam, upright
from poselift.world.options import Sizes
from poselift.world.size import scaled, size_factor

# What a camera is lifted with before it is brought together with others.
ALONE = LiftOptions(smoothing="none", world=None)


def brought_together(
    scenes: Sequence[Scene],
    cameras: Sequence[Camera],
    *,
    starts_s: Sequence[float] | None = None,
    options: LiftOptions = DEFAULTS,
    metric: bool = True,
) -> Scene:
    """People in the world, triangulated where cameras agree, and lifted where they do not.

    Args:
        scenes: of each camera, lifted with `ALONE`, in joints of one skeleton.
        cameras: where each stands, and its lens.
        starts_s: how many seconds after the first each recording began. Default: all at once.
        options: how joints are smoothed; whether bones have one length; and the sizes of people, where `metric` is
            false. `max_gap_s` counts before.
        metric: whether the cameras stand in a world in millimetres; otherwise people's sizes set the unit.

    Returns:
        The people before the first camera, at the times of its frames; its place is that in the world. `about` says
        which share of joints was triangulated, and each camera's reprojection error.

    Raises:
        ShapeError: not as many cameras and starts as scenes, or not lifted in one skeleton; no size where one is
            needed.
        NoPersonError: nobody is in any scene.
    """
    starts_s = [0.0] * len(scenes) if starts_s is None else list(starts_s)
    if not len(scenes) == len(cameras) == len(starts_s) or len(scenes) < 2:
        raise ShapeError(f"expected as many cameras and starts as scenes, got {len(cameras)} and {len(starts_s)}")
    skeletons = {track.clip.skeleton.name: track.clip.skeleton for scene in scenes for track in scene.tracks}
    if not skeletons:
        raise NoPersonError("nobody is in the picture of any camera")
    if len(skeletons) > 1:
        raise ShapeError(f"expected scenes of one skeleton, got {', '.join(skeletons)}", "lift them by one model")
    (skeleton,) = skeletons.values()
    views = views_of(scenes, cameras, starts_s, scenes[0].footage.time_s)
    people = [person for person in people_of_views(views, cameras, skeleton) if any(v.there.any() for v in person)]
    if not people:
        raise NoPersonError("nobody is in the picture while the first camera records", "check --sync")
    poses = [fused(person, cameras, skeleton) for person in people]
    first = scenes[0].with_camera(cameras[0])
    tracks = [
        _track(number, pose, person, first, skeleton)
        for number, (pose, person) in enumerate(zip(poses, people, strict=True), start=1)
    ]
    scene = first.replaced(tracks=tuple(tracks), about=_about(first, poses, cameras, options))
    scene = scene.mapped(lambda clip: _finished(clip, options))
    return upright(_sized(scene, options, metric=metric))


def _track(number: int, pose: Pose, views: Sequence[View], scene: Scene, skeleton: Skeleton) -> Track:
    """The person as the first camera sees them, from the first moment that anybody sees them to the last."""
    camera = scene.footage.camera
    assert camera is not None
    there = np.isfinite(pose.joints_mm).all(axis=(1, 2))
    first, end = int(there.argmax()), len(there) - int(there[::-1].argmax())
    frames = slice(first, end)
    joints = camera.world_to_camera(pose.joints_mm[frames])
    root = skeleton.root_position(joints)
    joints_px = np.full((*joints.shape[:2], 2), np.nan)
    confidence = np.zeros(joints.shape[:2])
    for view in (view for view in views if view.camera == 0):
        here = view.there[frames]
        joints_px[here] = view.joints_px[frames][here]
        confidence[here] = view.weight[frames][here]
    clip = Clip(
        skeleton,
        scene.footage.fps,
        joints_px=np.where(np.isfinite(joints_px), joints_px, np.nan).astype(np.float32),
        confidence=np.where(np.isfinite(joints_px).all(axis=-1), confidence, 0).astype(np.float32),
        valid=there[frames],
        joints_root_mm=(joints - root).astype(np.float32),
        root_cam_mm=root[:, 0].astype(np.float32),
        size_px=camera.size_px,
        camera=camera,
        source=scene.footage.source,
        time_s=scene.footage.time_s[frames],
        joint_status=pose.joint_status[frames],
    )
    return Track(number, first, clip)


def _finished(clip: Clip, options: LiftOptions) -> Clip:
    smoothed: Clip = look_up(SMOOTHERS, options.smoothing, "smoothing")(clip, options.cutoff_hz)
    return with_constant_bones(smoothed) if options.world is not None and options.world.constant_bones else smoothed


def _about(
    scene: Scene, poses: Sequence[Pose], cameras: Sequence[Camera], options: LiftOptions
) -> dict[str, str | float]:
    about: dict[str, str | float] = {**scene.about, "smoothing": options.smoothing, "cameras": float(len(cameras))}
    if options.smoothing != "none":
        about["cutoff_hz"] = options.cutoff_hz
    there = [np.isfinite(pose.joints_mm).all(axis=(1, 2)) for pose in poses]
    shares = [pose.triangulated[rows].ravel() for pose, rows in zip(poses, there, strict=True)]
    about["triangulated"] = round(float(np.concatenate(shares).mean()), 4)
    for number, camera in enumerate(cameras):
        errors = np.concatenate([pose.reprojection_px.get(number, np.empty(0)) for pose in poses])
        if len(errors):
            about[f"{REPROJECTION}{camera.name or number}"] = round(float(np.median(errors)), 2)
    return about


def _sized(scene: Scene, options: LiftOptions, *, metric: bool) -> Scene:
    """The scene in millimetres: its camera goes where the person is who was measured."""
    if metric:
        return scene
    sizes = options.world.sizes if options.world is not None else Sizes()
    camera = scene.footage.camera
    assert camera is not None
    wanted = (track for track in scene.tracks if _measured(sizes, track.id))
    person = next(wanted, None)
    if person is None:
        raise ShapeError("the cameras' world has no unit, and nobody's size is known", "--height 1.78")
    factor = size_factor(sizes, person.id, person.clip, up_cam(scene, camera))
    larger = replace(camera, position_mm=camera.position_mm * factor)
    return scene.mapped(lambda clip: scaled(clip, factor)).with_camera(larger)


def _measured(sizes: Sizes, who: int) -> bool:
    return any(number in (None, who) for number in (*sizes.height_m, *(person for person, _ in sizes.bone_mm)))
