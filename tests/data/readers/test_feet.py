"""Toes and heels are fixed in the foot, and mirrored left and right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.readers.feet import Foot, toe_and_heel_mm
from poselift.geometry.rotation import vector_rotation

FOOT = Foot("*Ankle", "*Ball")
UP = np.array([0.0, 1, 0])


def walking(side: str, frames: int = 40):
    """A foot in centimetres that stands in the first ten frames and turns anyhow, higher up, in the others."""
    rng = np.random.default_rng(0)
    turns = rng.normal(0, 0.6, (frames, 3)) * (np.arange(frames) >= 10)[:, None]
    axes = vector_rotation(turns)
    ankle = np.array([3.0, 7, 1]) + [0, 20, 0] * (np.arange(frames) >= 10)[:, None]
    ball = ankle + axes @ np.array([0, -4.0, 12])
    return {f"{side}Ankle": ankle, f"{side}Ball": ball}, {f"{side}Ankle": axes, f"{side}Ball": axes}


@pytest.mark.parametrize("up", [(0, 1, 0), None], ids=["told", "found"])
def test_the_ends_of_a_foot_worked_out_by_hand(up):
    positions, rotations = walking("L")
    toe, heel = toe_and_heel_mm(replace(FOOT, up=up).of_side("left", "L"), positions, rotations, 10.0, UP)
    np.testing.assert_allclose(heel[0], [30, 30, 10 - 0.45 * 120])
    np.testing.assert_allclose(toe[0], [30 - 0.16 * 120, 30, 10 + 1.5 * 120])
    ankle = positions["LAnkle"] * 10
    for end in (toe, heel):
        lengths = np.linalg.norm(end - ankle, axis=-1)
        np.testing.assert_allclose(lengths, lengths[0])


def test_the_right_foot_is_the_mirror_image_of_the_left():
    mirror = np.array([-1.0, 1, 1])
    positions, rotations = walking("L")
    tilted = replace(FOOT, up=(0.1, 0.9, 0.2))
    left = toe_and_heel_mm(tilted.of_side("left", "L"), positions, rotations, 10.0, UP)
    other_axes = {"R" + n[1:]: mirror[:, None] * axes * mirror for n, axes in rotations.items()}
    other = {"R" + n[1:]: place * mirror for n, place in positions.items()}
    right = toe_and_heel_mm(tilted.of_side("right", "R"), other, other_axes, 10.0, UP)
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(b, a * mirror, atol=1e-9)


def test_a_known_tip_moves_with_the_toes():
    positions, rotations = walking("L")
    positions["LTip"] = positions["LBall"] + [0, 1, 7]
    toe, _ = toe_and_heel_mm(replace(FOOT, tip="*Tip").of_side("left", "L"), positions, rotations, 10.0, UP)
    np.testing.assert_allclose(toe[0], [30 - 0.16 * 120, 40, 10 + 120 + 70])
