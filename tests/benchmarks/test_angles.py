"""The benchmark of angles on somebody who is lifted without an error, and with a knee that is off."""

from __future__ import annotations

import numpy as np
import pytest

import angles
import world
from poselift.angles.joint_angles import JointAngles
from poselift.skeleton import BODY_21


def test_who_is_lifted_without_an_error_has_the_true_angles(standing):
    joints = np.repeat(standing(BODY_21)[None].astype(float), 4, axis=0)
    camera = world.camera_before(joints, np.random.default_rng(3))
    true = angles.true_angles(joints, camera, world.seen(joints, camera, 30.0))
    found = angles.errors_deg(true, true)
    assert len(found["knee_flexion"]) == 8
    assert max(off.max(initial=0) for off in found.values()) == 0


def test_errors_go_the_short_way_round_and_what_is_not_told_is_counted():
    true = JointAngles(("left_a", "right_a"), np.array([[179.0, 10], [0, np.nan]]))
    found = angles.errors_deg(JointAngles(true.names, np.array([[-179.0, np.nan], [5, 5]])), true)
    np.testing.assert_array_equal(found["a"], [2, 5, np.nan])
    row = angles.table({"walks": {"a": [found["a"]]}}).splitlines()[-1]
    assert row == "| a | 3.5 / 5 (67%) |"
    assert pytest.approx(3.5) == np.nanmedian(found["a"])
