"""One pose for each person and moment: triangulated joints, and lifted ones put where those around them are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt8

from poselift.data.joint_status import GUESSED
from poselift.geometry.camera import Camera
from poselift.multiview.agreement import Met, sides_by_agreement, where_rays_meet
from poselift.multiview.views import View
from poselift.multiview.who import rays_of
from poselift.skeleton import Skeleton

# Fewer triangulated joints do not say where the lifted pose belongs.
_FEWEST = 3
# How much the lifted pose's own direction counts beside the triangulated joints, which few of may not tell it.
_OWN_DIRECTION = 0.05
# Nobody is so much smaller or larger than a lifter takes them to be.
_SMALLEST, _LARGEST = 0.5, 2.0
# Where nobody says how far off lifted joints are.
_SOME_ERROR_MM = 100.0


@dataclass(frozen=True, eq=False)
class Pose:
    """One person over F moments, in the world.

    Attributes:
        joints_mm: (F, J, 3); NaN where no camera sees the person.
        triangulated: (F, J) which of them are of rays that meet.
        joint_status: (F, J) seen where any camera saw it.
        reprojection_px: camera -> errors of the joints that it was triangulated from.
    """

    joints_mm: Float[np.ndarray, "frames joints 3"]
    triangulated: Bool[np.ndarray, "frames joints"]
    joint_status: UInt8[np.ndarray, "frames joints"]
    reprojection_px: dict[int, np.ndarray]


def fused(views: Sequence[View], cameras: Sequence[Camera], skeleton: Skeleton) -> Pose:
    """The pose of a person whom these views show, of one or several cameras."""
    lifted, status = _lifted(views), np.min([view.joint_status for view in views], axis=0)
    rays = rays_of(views, cameras)
    if len(rays.center_mm) < 2:
        joints = np.where(np.isfinite(lifted), lifted + _own_root(views, cameras, {})[:, None], np.nan)
        return Pose(joints, np.zeros(joints.shape[:2], dtype=bool), status, {})
    exchanged = sides_by_agreement(rays, skeleton)
    met = where_rays_meet(rays.exchanged(exchanged, skeleton))
    known = np.isfinite(met.points_mm).all(axis=-1)
    enough = (known.sum(axis=1) >= _FEWEST) & np.isfinite(lifted).all(axis=(1, 2))
    known &= enough[:, None]
    fitted, scale = _fitted(lifted, met.points_mm, known)
    placed = np.where(known[..., None], met.points_mm, _attached(fitted, met.points_mm, known, skeleton))
    usual = float(np.median(scale[enough])) if enough.any() else 1.0
    farther = _depth_factors(views, cameras, placed, enough, skeleton)
    alone = usual * lifted + _own_root(views, cameras, farther)[:, None]
    joints = np.where(enough[:, None, None], placed, alone)
    errors = _reprojection_px(views, cameras, met, exchanged, skeleton)
    return Pose(joints, known, np.where(known, np.minimum(status, GUESSED - 1), status).astype(np.uint8), errors)


def _lifted(views: Sequence[View]) -> Float[np.ndarray, "frames joints 3"]:
    """The mean of the lifted poses, by how far off each joint is expected to be; NaN where there is none."""
    poses = np.stack([view.lifted_mm for view in views])
    errors = np.stack([view.error_mm for view in views])
    weight = 1 / np.where(np.isfinite(errors), np.maximum(errors, 1), _SOME_ERROR_MM) ** 2
    weight = np.where(np.isfinite(poses).all(axis=-1), weight, 0)[..., None]
    total = weight.sum(axis=0)
    mean = (weight * np.nan_to_num(poses)).sum(axis=0) / np.where(total > 0, total, 1)
    return np.where(total > 0, mean, np.nan)


def _fitted(
    lifted: np.ndarray, points: np.ndarray, known: np.ndarray
) -> tuple[Float[np.ndarray, "frames joints 3"], Float[np.ndarray, " frames"]]:
    """The lifted pose turned, scaled and moved onto the joints that are known, and its scale.

    As Umeyama 1991, with a part of the pose's own direction, for where joints are few or in line.
    """
    count = np.maximum(known.sum(axis=1), 1)[:, None, None]
    middles = [np.where(known[..., None], each, 0).sum(axis=1, keepdims=True) / count for each in (lifted, points)]
    source, target = (
        np.where(known[..., None], each - middle, 0) for each, middle in zip((lifted, points), middles, strict=True)
    )
    own = np.nan_to_num(lifted)
    covariance = np.swapaxes(target, 1, 2) @ source + _OWN_DIRECTION * np.swapaxes(own, 1, 2) @ own
    left, _, right = np.linalg.svd(covariance)
    flip = np.ones((len(lifted), 3))
    flip[:, 2] = np.sign(np.linalg.det(left @ right))
    rotation = (left * flip[:, None]) @ right
    turned = source @ np.swapaxes(rotation, 1, 2)
    square = (source**2).sum(axis=(1, 2))
    scale = np.where(square > 0, (turned * target).sum(axis=(1, 2)) / np.where(square > 0, square, 1), 1)
    scale = np.clip(scale, _SMALLEST, _LARGEST)
    fitted = scale[:, None, None] * ((lifted - middles[0]) @ np.swapaxes(rotation, 1, 2)) + middles[1]
    return fitted, scale


def _attached(
    fitted: np.ndarray, points: np.ndarray, known: np.ndarray, skeleton: Skeleton
) -> Float[np.ndarray, "frames joints 3"]:
    """Each joint as far from the nearest that is known, along bones, as in the fitted pose."""
    hops = skeleton_hops(skeleton)
    nearest = np.where(known[:, None], hops, np.inf).argmin(axis=2)
    frames = np.arange(len(fitted))[:, None]
    return np.asarray(points[frames, nearest] + fitted - fitted[frames, nearest])


def skeleton_hops(skeleton: Skeleton) -> Float[np.ndarray, "joints joints"]:
    """How many bones lie between two joints."""
    n = len(skeleton)
    hops = np.where(np.eye(n, dtype=bool), 0.0, np.inf)
    for a, b in skeleton.edges:
        hops[a, b] = hops[b, a] = 1
    for through in range(n):
        hops = np.minimum(hops, hops[:, [through]] + hops[[through]])
    return np.where(np.isfinite(hops), hops, n)


def _depth_factors(
    views: Sequence[View], cameras: Sequence[Camera], joints: np.ndarray, known: np.ndarray, skeleton: Skeleton
) -> dict[int, float]:
    """By how much a root is farther from each camera than that takes it to be by itself."""
    root = skeleton.root_position(joints)[:, 0]
    found: dict[int, list[np.ndarray]] = {}
    for view in views:
        both = known & view.there & np.isfinite(view.root_mm).all(axis=1)
        true, own = (np.linalg.norm(each - cameras[view.camera].position_mm, axis=1) for each in (root, view.root_mm))
        found.setdefault(view.camera, []).append(true[both] / own[both])
    joined = {camera: np.concatenate(parts) for camera, parts in found.items()}
    return {camera: float(np.median(ratios)) for camera, ratios in joined.items() if len(ratios)}


def _own_root(
    views: Sequence[View], cameras: Sequence[Camera], farther: dict[int, float]
) -> Float[np.ndarray, "frames 3"]:
    """Where the root is by the cameras themselves: the mean of those that see it; NaN where none does."""
    roots = []
    for view in views:
        center = cameras[view.camera].position_mm
        root = center + farther.get(view.camera, 1.0) * (view.root_mm - center)
        roots.append(np.where(view.there[:, None], root, np.nan))
    known = np.isfinite(roots)
    count = known.sum(axis=0)
    return np.where(count > 0, np.nan_to_num(roots).sum(axis=0) / np.maximum(count, 1), np.nan)


def _reprojection_px(
    views: Sequence[View], cameras: Sequence[Camera], met: Met, exchanged: np.ndarray, skeleton: Skeleton
) -> dict[int, np.ndarray]:
    """How far from its 2D joint each ray that counts sees the point."""
    errors: dict[int, list[np.ndarray]] = {}
    for row, number in enumerate(sorted({view.camera for view in views})):
        camera = cameras[number]
        for view in (view for view in views if view.camera == number):
            mirrored = view.joints_px[:, skeleton.flip_permutation]
            joints_px = np.where(exchanged[row][:, None, None], mirrored, view.joints_px)
            counts = met.agrees[row] & view.there[:, None]
            seen, _ = camera.camera_to_image_flagged(camera.world_to_camera(met.points_mm[counts]))
            errors.setdefault(number, []).append(np.linalg.norm(seen - joints_px[counts], axis=-1))
    return {number: np.concatenate(parts) for number, parts in errors.items()}
