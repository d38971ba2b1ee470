"""Up is where people's trunks, soles and balance say, whatever way the camera is turned."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.scene import Scene, Track
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import BODY_21, H36M_17
from poselift.world.up import level_up, up_by_people


def apart_deg(up, camera):
    return np.degrees(np.arccos(np.clip(up @ camera.rotation[:, 2], -1, 1)))


@pytest.mark.parametrize(("pitch", "roll"), [(0, 0), (30, 0), (-30, 10), (10, -10)])
@pytest.mark.parametrize("heading_deg", [0, 130])
def test_somebody_who_stands_says_it(stepping, camera, lifted, pitch, roll, heading_deg):
    seen_by = camera(pitch, roll)
    turned = stepping @ axis_rotation("Z", np.radians(heading_deg)).T
    assert apart_deg(up_by_people(Scene.of(lifted(turned, seen_by))), seen_by) < 4
    without_feet = lifted(turned, seen_by).converted(H36M_17)
    assert apart_deg(up_by_people(Scene.of(without_feet)), seen_by) < 6


def test_balance_counts_more_than_a_trunk_that_leans(standing, camera, lifted):
    """On the left leg, the trunk to that side and the right leg out to the other."""
    joints = standing - standing[BODY_21.index("left_ankle")] * [1, 1, 0]
    pelvis = joints[0].copy()
    lean = axis_rotation("Y", np.radians(-30))
    legs = [j for j, name in enumerate(BODY_21.joints) if name.endswith(("hip", "knee", "ankle", "toe", "heel"))]
    upper = np.setdiff1d(np.arange(21), [*legs, 0])
    joints[upper] = (joints[upper] - pelvis) @ lean.T + pelvis
    seen_by = camera(10)
    up = up_by_people(Scene.of(lifted(np.repeat(joints[None], 50, axis=0), seen_by)))
    assert apart_deg(up, seen_by) < 12


def test_who_lies_says_nothing(standing, camera, lifted):
    lying = standing @ axis_rotation("X", np.radians(90)).T
    assert up_by_people(Scene.of(lifted(np.repeat(lying[None], 20, axis=0), camera()))) is None
    assert up_by_people(Scene.of(lifted(standing[None], camera())).replaced(tracks=())) is None


def test_everybody_has_a_say(stepping, standing, camera, lifted):
    seen_by = camera(20)
    one = lifted(stepping, seen_by)
    lying = lifted(np.repeat((standing @ axis_rotation("X", np.radians(90)).T)[None], 100, axis=0), seen_by)
    scene = Scene.of(one)
    both = scene.replaced(tracks=(*scene.tracks, Track(2, 0, lying)))
    np.testing.assert_allclose(up_by_people(both), up_by_people(scene))


def test_a_level_camera_has_up_above_and_one_that_looks_down_behind():
    np.testing.assert_allclose(level_up(), [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(level_up(90), [0, 0, -1], atol=1e-12)
