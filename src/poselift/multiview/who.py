"""Who of one camera is who of another: people whose rays meet, over the whole recording."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from poselift.geometry.camera import Camera
from poselift.multiview.agreement import Rays, angle_off_rad, where_rays_meet
from poselift.multiview.views import View
from poselift.skeleton import Skeleton

# Of moments in which both are seen so many are looked at, evenly spread.
_LOOKED_AT = 60
_FEWEST_JOINTS = 5
# Two views are of one person where rays pass each other by no more than so much of the person's size, in the median.
_SAME_PERSON = 0.08
_APART = 1e3


def people_of_views(views: Sequence[View], cameras: Sequence[Camera], skeleton: Skeleton) -> list[list[View]]:
    """The views of each person: those who are seen longest first.

    Views that agree best are joined first. Nobody is at two places of a picture at once.
    """
    distance = {
        (a, b): how_far_apart(views[a], views[b], cameras, skeleton)
        for a, b in itertools.combinations(range(len(views)), 2)
        if views[a].camera != views[b].camera
    }
    groups = {number: [number] for number in range(len(views))}
    for (a, b), apart in sorted(distance.items(), key=lambda item: item[1]):
        first, second = groups[a], groups[b]
        if apart > _SAME_PERSON:
            break
        if first is not second and _one_person(views, first, second, distance):
            first += second
            groups.update(dict.fromkeys(second, first))
    people = {id(group): sorted(group) for group in groups.values()}
    found = [[views[number] for number in group] for group in people.values()]
    return sorted(found, key=lambda group: (-int(np.any([view.there for view in group], axis=0).sum()), -len(group)))


def _one_person(
    views: Sequence[View], first: list[int], second: list[int], distance: dict[tuple[int, int], float]
) -> bool:
    for a, b in itertools.product(first, second):
        if views[a].camera == views[b].camera:
            if (views[a].there & views[b].there).any():
                return False
        elif 2 * _SAME_PERSON < distance[min(a, b), max(a, b)] < _APART:
            return False
    return True


def how_far_apart(first: View, second: View, cameras: Sequence[Camera], skeleton: Skeleton) -> float:
    """By how much of the person's size rays of two views pass each other, in the median; large if they never meet.

    Left and right may be exchanged in either.
    """
    both = np.flatnonzero(((first.weight > 0) & (second.weight > 0)).sum(axis=1) >= _FEWEST_JOINTS)
    if not len(both):
        return _APART
    frames = both[np.linspace(0, len(both) - 1, min(len(both), _LOOKED_AT)).round().astype(int)]
    rays = rays_of([first, second], cameras, frames)
    found = []
    for exchanged in (False, True):
        which = np.array([[False], [exchanged]]) & (rays.extent_rad > 0)
        found.append(_passing(rays.exchanged(which, skeleton)))
    apart = np.minimum(*found)
    return float(np.median(apart))


def _passing(rays: Rays) -> np.ndarray:
    """Of each frame (F,) the median over joints of how far two rays pass, relative to the person's size."""
    # All rays that meet before the cameras count here, however far they pass each other.
    wide = Rays(rays.center_mm, rays.direction, rays.weight, np.full_like(rays.extent_rad, np.inf))
    off = angle_off_rad(rays, where_rays_meet(wide).points_mm).max(axis=0)
    off = np.where((rays.weight > 0).all(axis=0), np.where(np.isfinite(off), off, np.inf), np.nan)
    size = np.maximum(rays.extent_rad.min(axis=0), 1e-6)
    return np.asarray(np.minimum(np.nanmedian(off, axis=1) / size, _APART))


def rays_of(views: Sequence[View], cameras: Sequence[Camera], frames: np.ndarray | slice = slice(None)) -> Rays:
    """The rays of one person's views, a row for each camera that has some; no two of a camera are in one frame."""
    numbers = sorted({view.camera for view in views})
    rows = {number: [view for view in views if view.camera == number] for number in numbers}
    direction, weight, extent = [], [], []
    for number in numbers:
        first, *others = rows[number]
        parts = [first.direction[frames], first.weight[frames], first.extent_rad[frames]]
        for view in others:
            there = view.there[frames]
            parts[0] = np.where(there[:, None, None], view.direction[frames], parts[0])
            parts[1] = np.where(there[:, None], view.weight[frames], parts[1])
            parts[2] = np.where(there, view.extent_rad[frames], parts[2])
        direction.append(parts[0])
        weight.append(parts[1])
        extent.append(parts[2])
    centers = np.stack([cameras[number].position_mm for number in numbers])
    return Rays(centers, np.stack(direction), np.stack(weight), np.stack(extent))
