"""The benchmark of worlds on somebody who is seen and lifted without an error."""

from __future__ import annotations

import numpy as np
import pytest

import world
from poselift.skeleton import BODY_21


@pytest.fixture
def jumping(standing):
    """Joints (60, 21, 3) of somebody who jumps 0.3 m up."""
    joints = standing(BODY_21).astype(float)
    height = (300 - 4905 * (np.arange(60) / 30 - 1) ** 2).clip(0)
    return joints + height[:, None, None] * [0, 0, 1]


def test_who_is_lifted_without_an_error_stands_upright_and_jumps(jumping):
    camera = world.camera_before(jumping, np.random.default_rng(3))
    clip = world.seen(jumping, camera, 30.0)
    joints = camera.world_to_camera(jumping)
    root = BODY_21.root_position(joints)
    lifted = clip.replaced(joints_root_mm=joints - root, root_cam_mm=root[:, 0])
    found = world.measured(lifted, jumping, camera)
    assert found.tilt_deg < 5
    assert found.rise == pytest.approx(1, abs=0.05)
    assert found.height == pytest.approx(1, abs=0.02)
    assert np.median(found.slide_mm_s) < 20
    assert found.error_mm == pytest.approx(0, abs=0.01)
    row = world.table({"jumps": [found]}).splitlines()[-1]
    assert row.startswith("| jumps | 1 | ")


def test_kinds_are_told_by_names_and_who_sits_stays_in_place(jumping):
    for name, kind in (("/a/walking_3", "walks"), ("/b/jumping_1", "jumps"), ("/c/01_02", "other")):
        assert world.kind_of(name) == kind
    sitting = world.seated(jumping, 0, BODY_21)
    assert np.ptp(BODY_21.root_position(sitting), axis=0).max() < 1e-6
    knee, hip = BODY_21.indices(("left_knee", "left_hip"))
    assert (sitting[:, knee, 2] > sitting[:, hip, 2] - 250).all()
