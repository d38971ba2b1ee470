"""Rays that meet, some of them wrong, some exchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.multiview.agreement import angle_off_rad, sides_by_agreement, where_rays_meet
from poselift.multiview.views import views_of
from poselift.multiview.who import rays_of
from poselift.skeleton import BODY_21


@pytest.fixture
def rays(two_people, cameras, filmed):
    scenes = [Scene.of(filmed.clip(two_people[0], camera)) for camera in cameras]
    return rays_of(views_of(scenes, cameras, [0.0] * 4, scenes[0].footage.time_s), cameras)


def test_true_rays_meet_at_the_joints(rays, two_people):
    met = where_rays_meet(rays)
    np.testing.assert_allclose(met.points_mm, two_people[0], atol=1e-3)
    assert met.agrees.all()
    assert angle_off_rad(rays, met.points_mm).max() < 1e-6


def test_a_wrong_ray_does_not_count(rays, two_people):
    direction = rays.direction.copy()
    direction[2, :, 4] = direction[2, :, 9]
    met = where_rays_meet(replace(rays, direction=direction))
    np.testing.assert_allclose(met.points_mm, two_people[0], atol=1e-3)
    assert not met.agrees[2, :, 4].any()
    assert met.agrees[[0, 1, 3]].all()


def test_rays_that_do_not_meet_make_no_point(rays):
    weight = rays.weight.copy()
    weight[2:, :, 4] = 0
    direction = rays.direction.copy()
    direction[1, :, 4] = direction[1, :, 9]
    met = where_rays_meet(replace(rays, weight=weight, direction=direction))
    assert np.isnan(met.points_mm[:, 4]).all()
    assert (met.score[:, 4] == 0).all()
    assert np.isfinite(met.points_mm[:, 5]).all()


def test_a_ray_counts_by_its_weight(rays, two_people):
    """Two cameras that err the same way: the point goes with whom is trusted."""
    joint = two_people[0][:, 4]
    off = joint + np.array([0, 0, 15.0])
    direction = rays.direction.copy()
    for camera in (0, 1):
        towards = off - rays.center_mm[camera]
        direction[camera, :, 4] = towards / np.linalg.norm(towards, axis=-1, keepdims=True)
    heights = []
    for trust in (0.1, 1.0):
        weight = rays.weight.copy()
        weight[:2] *= trust
        heights.append(where_rays_meet(replace(rays, direction=direction, weight=weight)).points_mm[:, 4, 2].mean())
    assert heights[0] - joint[:, 2].mean() < 5
    assert heights[1] > heights[0] + 3


def test_the_camera_that_exchanges_sides_is_found(rays):
    which = np.zeros((4, 60), dtype=bool)
    which[3, 10:20] = True
    spoiled = rays.exchanged(which, BODY_21)
    np.testing.assert_array_equal(sides_by_agreement(spoiled, BODY_21), which)
    assert not sides_by_agreement(rays, BODY_21).any()


def test_of_two_cameras_nobody_can_tell(rays):
    two = replace(
        rays, **{name: getattr(rays, name)[:2] for name in ("center_mm", "direction", "weight", "extent_rad")}
    )
    spoiled = two.exchanged(np.array([[True], [False]]) & (two.extent_rad > 0), BODY_21)
    assert not sides_by_agreement(spoiled, BODY_21).any()
