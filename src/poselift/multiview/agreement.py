"""Points where rays of several cameras meet, some of them being wrong; and rays whose sides are exchanged.

Of all pairs of rays the point of the best one is taken: that whose rays most others agree with (Torr and Zisserman
2000, MSAC, over all pairs in place of some), then the nearest point to all that agree.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from poselift.skeleton import Skeleton

# Rays that meet under less say little about how far away.
_LEAST_ANGLE_RAD = np.radians(2.0)
# Views of one person agree where they are no further off than so much of the person's size.
_TOLERANCE = 0.04


@dataclass(frozen=True, eq=False)
class Rays:
    """One person's joints, from C cameras.

    Attributes:
        center_mm: (C, 3) where the cameras are.
        direction: (C, F, J, 3) unit vectors.
        weight: (C, F, J) how far to trust each; 0 where there is none.
        extent_rad: (C, F) the person's size as each camera sees it.
    """

    center_mm: Float[np.ndarray, "cameras 3"]
    direction: Float[np.ndarray, "cameras frames joints 3"]
    weight: Float[np.ndarray, "cameras frames joints"]
    extent_rad: Float[np.ndarray, "cameras frames"]

    def exchanged(self, which: Bool[np.ndarray, "cameras frames"], skeleton: Skeleton) -> Rays:
        """Those with left and right the other way round in these cameras and frames."""
        mirror = skeleton.flip_permutation
        direction = np.where(which[..., None, None], self.direction[:, :, mirror], self.direction)
        weight = np.where(which[..., None], self.weight[:, :, mirror], self.weight)
        return Rays(self.center_mm, direction, weight, self.extent_rad)


@dataclass(frozen=True, eq=False)
class Met:
    """Where rays meet.

    Attributes:
        points_mm: (F, J, 3); NaN where no two agree.
        agrees: (C, F, J) which rays do.
        score: (F, J) how well, in weights of rays; 0 where none do.
    """

    points_mm: Float[np.ndarray, "frames joints 3"]
    agrees: Bool[np.ndarray, "cameras frames joints"]
    score: Float[np.ndarray, "frames joints"]


def where_rays_meet(rays: Rays) -> Met:
    """The point of each joint, and the rays that agree on it."""
    tolerance = _TOLERANCE * rays.extent_rad[..., None]
    shape = rays.weight.shape[1:]
    best, agrees = np.zeros(shape), np.zeros(rays.weight.shape, dtype=bool)
    points = np.full((*shape, 3), np.nan)
    for a, b in itertools.combinations(range(len(rays.center_mm)), 2):
        tried, meets = _midpoints(rays, a, b)
        off = angle_off_rad(rays, tried)
        near = meets & (rays.weight > 0) & (off < tolerance)
        share = 1 - (off / np.where(tolerance > 0, tolerance, 1)) ** 2
        score = np.where(near, rays.weight * share, 0).sum(axis=0)
        better = near[a] & near[b] & (score > best)
        best = np.where(better, score, best)
        agrees = np.where(better, near, agrees)
        points = np.where(better[..., None], tried, points)
    for _ in range(2):  # the second time by the right distances
        points = _nearest_point(rays, agrees, points)
    return Met(points, agrees, best)


def sides_by_agreement(rays: Rays, skeleton: Skeleton) -> Bool[np.ndarray, "cameras frames"]:
    """In which camera, of three or more, left and right are exchanged: in a frame in one at most, if it agrees best.

    Of two cameras that do not agree nobody can say which is wrong.
    """
    cameras, frames = rays.extent_rad.shape
    found = np.zeros((cameras, frames), dtype=bool)
    if cameras < 3:
        return found
    best = where_rays_meet(rays).score.sum(axis=1)
    for camera in range(cameras):
        tried = np.zeros((cameras, frames), dtype=bool)
        tried[camera] = rays.extent_rad[camera] > 0
        score = where_rays_meet(rays.exchanged(tried, skeleton)).score.sum(axis=1)
        better = score > best
        found[:, better] = tried[:, better]
        best = np.maximum(best, score)
    return found


def angle_off_rad(rays: Rays, points_mm: Float[np.ndarray, "frames joints 3"]) -> Float[np.ndarray, "cameras f j"]:
    """How far each ray passes a point, in radians; right angles and more of those behind the camera."""
    towards = points_mm - rays.center_mm[:, None, None]
    along = (towards * rays.direction).sum(axis=-1)
    aside = np.linalg.norm(np.cross(towards, rays.direction), axis=-1)
    return np.asarray(np.arctan2(aside, along))


def _midpoints(rays: Rays, a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
    """Halfway between the rays of two cameras, and whether they meet before both under an angle that tells."""
    base = rays.center_mm[b] - rays.center_mm[a]
    first, second = rays.direction[a], rays.direction[b]
    cosine = (first * second).sum(axis=-1)
    sine2 = np.maximum(1 - cosine**2, 1e-12)
    on_first, on_second = (first * base).sum(axis=-1), (second * base).sum(axis=-1)
    s = (on_first - cosine * on_second) / sine2
    t = (cosine * on_first - on_second) / sine2
    points = (rays.center_mm[a] + s[..., None] * first + rays.center_mm[b] + t[..., None] * second) / 2
    both = (rays.weight[a] > 0) & (rays.weight[b] > 0)
    return points, both & (s > 0) & (t > 0) & (sine2 > np.sin(_LEAST_ANGLE_RAD) ** 2)


def _nearest_point(rays: Rays, agrees: np.ndarray, points: np.ndarray) -> Float[np.ndarray, "frames joints 3"]:
    """The point whose angles to the rays that agree are least in the mean of their squares, by weight."""
    known = np.isfinite(points).all(axis=-1)
    index: Int[np.ndarray, "known 2"] = np.argwhere(known)
    if not len(index):
        return points
    f, j = index.T
    direction, agree = rays.direction[:, f, j], agrees[:, f, j]
    distance = np.linalg.norm(points[f, j] - rays.center_mm[:, None], axis=-1)
    weight = np.where(agree, rays.weight[:, f, j] / np.maximum(distance, 1) ** 2, 0)
    direction = np.where(agree[..., None], direction, 0)
    across = np.eye(3) - direction[..., :, None] * direction[..., None, :]
    matrix = (weight[..., None, None] * across).sum(axis=0)
    target = (weight[..., None] * (across @ rays.center_mm[:, None, :, None])[..., 0]).sum(axis=0)
    found = points.copy()
    found[f, j] = np.linalg.solve(matrix, target[..., None])[..., 0]
    return found
