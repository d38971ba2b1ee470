"""The camera is put where it must stand for feet to be on the floor at z = 0."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.errors import ShapeError
from poselift.skeleton import BODY_21
from poselift.world.placing import is_placed, placed, rotation_of, upright_mm


@pytest.mark.parametrize("pitch_deg", [-20, 0, 35])
def test_people_stand_on_the_floor_and_the_camera_above_it(stepping, camera, lifted, pitch_deg):
    seen_by = camera(pitch_deg, 5)
    scene = placed(Scene.of(lifted(stepping, seen_by)), seen_by.rotation[:, 2])
    assert is_placed(scene.footage.camera)
    assert scene.footage.camera.position_mm[2] == pytest.approx(1500, abs=2)
    world = scene.main.joints_world_mm
    np.testing.assert_allclose(world[..., 2], stepping[..., 2], atol=2)
    apart = np.linalg.norm(world[:, 0] - world[:, 5], axis=-1)
    np.testing.assert_allclose(apart, np.linalg.norm(stepping[:, 0] - stepping[:, 5], axis=-1), atol=0.1)


def test_a_jump_leaves_the_floor(standing, camera, lifted):
    time_s = np.arange(100) / 50
    height = (200 - 4905 * (time_s - 1) ** 2).clip(0)
    joints = standing + height[:, None, None] * [0, 0, 1]
    scene = placed(Scene.of(lifted(joints, camera())), camera().rotation[:, 2])
    soles = scene.main.joints_world_mm[:, BODY_21.index("left_heel"), 2]
    np.testing.assert_allclose(soles, height, atol=2)


@pytest.mark.parametrize("up", [(0, -1, 0), (0.1, -0.9, -0.4), (0, 0, -1), (0, 0, 1)])
def test_the_world_is_right_handed_with_z_up(up):
    up = np.array(up) / np.linalg.norm(up)
    rotation = rotation_of(up)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(rotation[:, 2], up)


def test_who_has_no_feet_on_the_ground_is_above_the_lowest(standing, camera, lifted):
    away = np.cumsum(np.full(50, 60.0))
    joints = standing + away[:, None, None] * [1, 0, 0]
    scene = placed(Scene.of(lifted(joints - [1500, 0, 0], camera())), camera().rotation[:, 2])
    assert scene.main.joints_world_mm[..., 2].min() == pytest.approx(0, abs=5)


def test_without_a_camera_there_is_no_world(standing, camera, lifted):
    scene = Scene.of(lifted(standing[None], camera()).replaced(camera=None))
    assert placed(scene, np.array([0, -1.0, 0])) is scene


def test_joints_are_upright_in_the_world_or_before_a_level_camera(stepping, camera, lifted):
    clip = placed(Scene.of(lifted(stepping, camera())), camera().rotation[:, 2]).main
    np.testing.assert_allclose(upright_mm(clip), clip.joints_world_mm)
    nowhere = clip.replaced(root_cam_mm=None)
    np.testing.assert_allclose(
        upright_mm(nowhere), upright_mm(clip) - BODY_21.root_position(upright_mm(clip)), atol=1e-3
    )
    level = upright_mm(clip.replaced(camera=None))
    np.testing.assert_allclose(level, clip.joints_cam_mm[..., [0, 2, 1]] * [1, 1, -1])
    assert np.isnan(upright_mm(clip.replaced(valid=np.arange(100) != 7))[7]).all()
    with pytest.raises(ShapeError, match="no 3D joints"):
        upright_mm(clip.replaced(joints_root_mm=None, root_cam_mm=None))
