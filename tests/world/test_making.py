"""All of it together: a tilted camera, a guessed distance, a measured height."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.geometry.rotation import axis_rotation
from poselift.world.making import in_world
from poselift.world.options import Sizes, WorldOptions
from poselift.world.placing import is_placed
from poselift.world.size import height_mm


@pytest.fixture
def scene(stepping, camera, lifted):
    rng = np.random.default_rng(0)
    clip = lifted(stepping + rng.normal(0, 2, stepping.shape), camera(20, -6))
    return Scene.of(clip.replaced(root_cam_mm=clip.root_cam_mm * np.exp(rng.normal(0, 0.03, (100, 1)))))


def test_somebody_stands_upright_on_the_floor(scene, stepping):
    world = in_world(scene, WorldOptions()).main.joints_world_mm
    assert np.abs(world[..., 2] - stepping[..., 2]).mean() < 60
    assert np.abs(np.diff(world[:36, 0], axis=0)).max() < 15


def test_a_height_makes_everything_metric(scene):
    small = in_world(scene, WorldOptions(sizes=Sizes(height_m={1: 1.5})))
    up = small.footage.camera.rotation[:, 2]
    assert height_mm(small.main, up) == pytest.approx(1500, rel=0.01)


def test_bones_stretch_only_if_asked_for(scene):
    knee, hip = scene.main.skeleton.indices(("left_knee", "left_hip"))
    for constant in (True, False):
        joints = in_world(scene, WorldOptions(constant_bones=constant)).main.joints_root_mm
        lengths = np.linalg.norm(joints[:, knee] - joints[:, hip], axis=-1)
        assert (np.ptp(lengths) < 0.1) == constant


def test_a_pitch_that_is_said_is_believed(scene):
    camera = in_world(scene, WorldOptions(pitch_deg=33)).footage.camera
    np.testing.assert_allclose(camera.rotation[:, 2], [0, -np.cos(np.radians(33)), -np.sin(np.radians(33))])


def test_a_calibrated_camera_keeps_its_place(scene, camera):
    known = in_world(scene.with_camera(camera(20, -6)), WorldOptions()).footage.camera
    np.testing.assert_array_equal(known.position_mm, camera().position_mm)


def test_nobody_upright_is_noted(scene):
    clip = scene.main.replaced(joints_root_mm=scene.main.joints_root_mm @ axis_rotation("X", np.radians(90)).T)
    found = in_world(Scene.of(clip), WorldOptions())
    assert any("taken to be level" in note for note in found.footage.notes)
    assert is_placed(found.footage.camera)


def test_people_without_a_pose_and_scenes_without_people_pass(scene):
    nobody = scene.main.replaced(valid=np.zeros(100, dtype=bool), joints_root_mm=np.full((100, 21, 3), np.nan))
    assert len(in_world(Scene.of(nobody), WorldOptions())) == 1
    assert len(in_world(scene.replaced(tracks=()), WorldOptions())) == 0
