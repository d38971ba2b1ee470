"""Broken frames are found, and people who move like people are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from openmotion4_glitches import glitches

from poselift.skeleton import H36M_17

FPS, FRAMES = 60.0, 90
PLACES = {
    "hip": (100, 900), "knee": (110, 480), "ankle": (110, 80), "shoulder": (180, 1420), "elbow": (200, 1130),
    "wrist": (210, 880), "pelvis": (0, 900), "spine": (0, 1150), "thorax": (0, 1420), "nose": (0, 1560),
    "head": (0, 1680),
}  # fmt: skip


@pytest.fixture
def walk():
    """Somebody with hanging arms who walks at 1.5 m/s and swings the arms."""
    joints = np.zeros((FRAMES, 17, 3))
    for index, name in enumerate(H36M_17.joints):
        x, z = PLACES[name.split("_")[-1]]
        joints[:, index] = (x if name.startswith("left") else -x, 0, z)
    time_s = np.arange(FRAMES) / FPS
    joints[..., 1] += (1500 * time_s)[:, None]
    for side, sign in (("left", 1), ("right", -1)):
        joints[:, H36M_17.index(f"{side}_wrist"), 1] += sign * 200 * np.sin(2 * np.pi * time_s)
    return joints


def found(joints, **options):
    return [(glitch.first, glitch.last, glitch.why) for glitch in glitches(joints, FPS, H36M_17, **options)]


def test_walking_is_no_glitch(walk):
    assert found(walk, upright=True) == []
    assert glitches(walk[:1], FPS, H36M_17) == []


def test_a_limb_that_is_elsewhere_for_a_moment(walk):
    walk[40, H36M_17.index("left_knee")] += 400
    whys = {why for first, last, why in found(walk) if first in (39, 40) and last == 41}
    assert whys == {"speed", "acceleration"}


def test_missing_frames_are_a_jump(walk):
    walk[50:, :, 0] += 300
    assert found(walk) == [(50, 50, "jump")]


def test_the_rest_pose(walk):
    for side, sign in (("left", 1), ("right", -1)):
        for joint, x in (("elbow", 460), ("wrist", 700)):
            walk[:9, H36M_17.index(f"{side}_{joint}")] = np.array([sign * x, 0, 1420]) + walk[:9, 0] * [0, 1, 0]
    assert (0, 8, "rest pose") in found(walk)


def test_who_should_be_upright_must_not_lean(walk):
    lying = walk[:, :, [0, 2, 1]]
    assert (0, FRAMES - 1, "lean") in found(lying, upright=True)
    assert "lean" not in {why for *_, why in found(lying)}
