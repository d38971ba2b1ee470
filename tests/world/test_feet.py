"""A foot that stands stays in place; legs bend for it and do not stretch."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.skeleton import BODY_21
from poselift.world.feet import foot_joints, with_feet_kept
from poselift.world.root_path import steady_path


@pytest.fixture
def sliding(stepping, camera, lifted):
    """The stepping person, whose distance sways by some centimetres, feet with it."""
    sway = 30 * np.sin(np.arange(100) / 5)[:, None] * [0.2, 0, 1]
    clip = lifted(stepping, camera())
    return clip, clip.replaced(root_cam_mm=clip.root_cam_mm + sway)


def test_feet_that_stand_do_not_move(sliding):
    truth, clip = sliding
    _, stands = steady_path(truth)
    kept = with_feet_kept(clip, stands)
    left = foot_joints(BODY_21, "left")
    assert np.ptp(clip.joints_cam_mm[:, left], axis=0).max() > 40
    assert np.ptp(kept.joints_cam_mm[:, left], axis=0).max() < 5
    right = foot_joints(BODY_21, "right")
    assert np.ptp(kept.joints_cam_mm[:36, right], axis=0).max() < 5


def test_bones_keep_their_lengths_and_the_rest_its_place(sliding):
    truth, clip = sliding
    _, stands = steady_path(truth)
    kept = with_feet_kept(clip, stands)
    for side in ("left", "right"):
        for parent, joint in (("hip", "knee"), ("knee", "ankle"), ("ankle", "toe"), ("ankle", "heel")):
            a, b = BODY_21.indices((f"{side}_{parent}", f"{side}_{joint}"))
            before, after = (
                np.linalg.norm(c.joints_root_mm[:, a] - c.joints_root_mm[:, b], axis=-1) for c in (clip, kept)
            )
            np.testing.assert_allclose(after, before, atol=0.01)
    legs = [j for j, name in enumerate(BODY_21.joints) if name.endswith(("knee", "ankle", "toe", "heel"))]
    rest = np.setdiff1d(np.arange(21), legs)
    np.testing.assert_allclose(kept.joints_cam_mm[:, rest], clip.joints_cam_mm[:, rest], atol=0.01)


def test_it_is_gentle_before_and_after(sliding):
    truth, clip = sliding
    _, stands = steady_path(truth)
    kept = with_feet_kept(clip, stands)
    jumps = np.linalg.norm(np.diff(kept.joints_cam_mm - clip.joints_cam_mm, axis=0), axis=-1)
    assert jumps.max() < 25


def test_without_feet_that_stand_nothing_changes(sliding):
    _, clip = sliding
    kept = with_feet_kept(clip, np.zeros((100, 21), dtype=bool))
    np.testing.assert_allclose(kept.joints_cam_mm, clip.joints_cam_mm, atol=1e-3)
    with pytest.raises(ShapeError, match="no 3D joints with a root"):
        with_feet_kept(clip.replaced(root_cam_mm=None), np.zeros((100, 21), dtype=bool))
