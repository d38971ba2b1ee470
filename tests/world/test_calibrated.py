"""A calibration's world is kept where z is up, and told where it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from poselift.data.scene import Scene
from poselift.geometry.rotation import axis_rotation
from poselift.world.calibrated import up_cam, upright


def test_a_world_with_z_up_is_kept(stepping, camera, lifted):
    scene = Scene.of(lifted(stepping, camera())).with_camera(camera())
    assert upright(scene) is scene
    nowhere = Scene.of(lifted(stepping, camera()))
    assert upright(nowhere) is nowhere


def test_another_is_replaced_and_noted(stepping, camera, lifted):
    turn = axis_rotation("Y", np.pi / 2)
    lying = replace(camera(), rotation=camera().rotation @ turn.T, position_mm=turn @ camera().position_mm)
    scene = upright(Scene.of(lifted(stepping, camera())).with_camera(lying))
    assert "another world was made, z up" in scene.footage.notes[0]
    np.testing.assert_allclose(np.ptp(scene.main.joints_world_mm[..., 2]), np.ptp(stepping[..., 2]), rtol=0.02)


def test_where_nobody_says_up_the_camera_does(stepping, camera, lifted):
    lying = stepping @ axis_rotation("X", np.pi / 2).T
    scene = Scene.of(lifted(lying + np.array([0, 0, 1500]), camera()).replaced(joints_root_mm=None, root_cam_mm=None))
    np.testing.assert_allclose(up_cam(scene, camera()), camera().rotation[:, 2])
