"""Axes are right-handed, and the angles between them are those that they were turned by."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.angles.axes import (
    angle_between_deg,
    axial_rotation_deg,
    elevation_deg,
    heading_axes,
    pelvis_axes,
    swing_deg,
    thigh_axes,
    trunk_axes,
    twist_deg,
    upper_arm_axes,
)
from poselift.geometry.rotation import euler_rotation

RNG = np.random.default_rng(0)
JOINTS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
PLACES = {f"{side}_{joint}": RNG.normal(size=(50, 3)) for side in ("left", "right") for joint in JOINTS}


@pytest.mark.parametrize("axes", [pelvis_axes, trunk_axes, heading_axes, thigh_axes, upper_arm_axes])
def test_axes_are_right_handed_and_of_length_1(axes):
    found = axes(PLACES)
    found = found[np.isfinite(found).all(axis=(1, 2))]
    assert len(found) > 30
    np.testing.assert_allclose(np.swapaxes(found, -1, -2) @ found, np.broadcast_to(np.eye(3), found.shape), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(found), 1)


def test_the_turns_of_a_segment_are_found():
    proximal = euler_rotation("ZXY", RNG.uniform(-3, 3, (50, 3)))
    turns_deg = RNG.uniform([-170, -65, -170], [170, 65, 170], (50, 3))
    segment = proximal @ euler_rotation("ZXY", np.radians(turns_deg))
    found = [*swing_deg(proximal, segment[..., 1]), twist_deg(proximal, segment)]
    np.testing.assert_allclose(np.stack(found, axis=-1), turns_deg)


def test_the_turns_of_an_arm_are_found():
    proximal = euler_rotation("ZXY", RNG.uniform(-3, 3, (50, 3)))
    plane, elevation, axial = RNG.uniform([-170, 25, -170], [170, 155, 170], (50, 3)).T
    segment = proximal @ euler_rotation("YXY", np.radians(np.stack([plane, -elevation, axial], axis=-1)))
    found = [*elevation_deg(proximal, segment[..., 1]), axial_rotation_deg(proximal, segment)]
    np.testing.assert_allclose(found, [plane, elevation, axial])


def test_what_a_straight_limb_does_not_tell_is_nan():
    straight = {**PLACES, "right_ankle": 2 * PLACES["right_knee"] - PLACES["right_hip"]}
    assert np.isnan(thigh_axes(straight)).all()
    up = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    axes = np.broadcast_to(np.eye(3), (2, 3, 3))
    np.testing.assert_array_equal(np.isnan(swing_deg(axes, up)[0]), [True, False])
    np.testing.assert_array_equal(np.isnan(elevation_deg(axes, up)[0]), [False, True])


def test_small_angles_are_exact():
    aside = np.array([[1.0, 1e-6, 0], [-1.0, 1e-6, 0]])
    found = angle_between_deg(np.array([[1.0, 0, 0]] * 2), aside)
    np.testing.assert_allclose(found, [np.degrees(1e-6), 180 - np.degrees(1e-6)], rtol=1e-6)
