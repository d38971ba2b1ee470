"""Columns have the numbers of a clip, and NaN for what it has not."""

from __future__ import annotations

import numpy as np

from poselift.data.clip import Clip
from poselift.export.joint_columns import JOINT_COLUMNS, joint_columns
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton import H36M_17

CAMERA = Camera(np.full(2, 900.0), np.full(2, 500.0), axis_rotation("X", 1.7), np.array([0, 0, 1500.0]))
JOINTS = np.random.default_rng(0).normal(0, 300, (4, 17, 3))


def of(columns, start):
    return columns[..., [name.startswith(start) for name in JOINT_COLUMNS]]


def test_all_that_a_clip_holds_is_in_them():
    joints_px, error = JOINTS[..., :2] + 1000, np.abs(JOINTS[..., 0])
    root = np.full((4, 3), 3000.0)
    clip = Clip(H36M_17, 25, joints_px, joints_root_mm=JOINTS, root_cam_mm=root, camera=CAMERA, error_90_mm=error)
    columns = joint_columns(clip)
    named = dict(zip(JOINT_COLUMNS, np.moveaxis(columns, -1, 0), strict=True))
    for n, axis in enumerate("xyz"):
        np.testing.assert_allclose(named[f"{axis}_world_mm"], clip.joints_world_mm[..., n])
        np.testing.assert_array_equal(named[f"{axis}_root_mm"], JOINTS[..., n])
    np.testing.assert_array_equal(named["y_px"], joints_px[..., 1])
    np.testing.assert_array_equal(named["confidence"], 1)
    np.testing.assert_array_equal(named["error_90_mm"], error)


def test_what_it_does_not_hold_is_not_known():
    columns = joint_columns(Clip(H36M_17, 25, joints_root_mm=JOINTS))
    assert np.isfinite(columns).all(axis=(0, 1)).tolist() == ["root" in name for name in JOINT_COLUMNS]
