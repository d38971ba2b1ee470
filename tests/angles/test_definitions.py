"""Every angle is 0 for somebody who stands straight, and grows in the way that its row says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from poselift.angles.definitions import ANGLES
from poselift.angles.joint_angles import joint_angles

LEG, ARM = ("knee", "ankle", "heel", "toe"), ("elbow", "wrist")
UPPER = ("spine", "thorax", "nose", "head", *(f"{s}_{j}" for s in ("left", "right") for j in ("shoulder", *ARM)))


def of(side, joints):
    return tuple(f"{side}_{joint}" for joint in joints)


# Angle -> what makes it 25 degrees on the right side: an axis, degrees about it, about which joint, which joints.
# About x to the person's right what is below goes ahead and what is above goes back.
MOVES = {
    "trunk_flexion": ("X", -25, "pelvis", UPPER),
    "trunk_lateral_bending": ("Y", 25, "pelvis", UPPER),
    "trunk_rotation": ("Z", 25, "pelvis", UPPER),
    "right_hip_flexion": ("X", 25, "right_hip", of("right", LEG)),
    "right_hip_abduction": ("Y", -25, "right_hip", of("right", LEG)),
    "right_knee_flexion": ("X", -25, "right_knee", of("right", LEG[1:])),
    "right_ankle_dorsiflexion": ("X", 25, "right_ankle", of("right", LEG[2:])),
    "right_shoulder_flexion": ("X", 25, "right_shoulder", of("right", ARM)),
    "right_shoulder_abduction": ("Y", -25, "right_shoulder", of("right", ARM)),
    "right_shoulder_elevation": ("Y", -25, "right_shoulder", of("right", ARM)),
    "right_elbow_flexion": ("X", 25, "right_elbow", of("right", ARM[1:])),
}


def test_who_stands_straight_has_no_angles(straight, clip_of):
    found = joint_angles(clip_of(straight))
    untold = {name for name in found.names if np.isnan(found[name]).all()}
    assert {name.partition("_")[2] for name in untold} == {
        *("hip_internal_rotation", "shoulder_internal_rotation", "shoulder_plane_of_elevation")
    }
    np.testing.assert_allclose(found.angles_deg[np.isfinite(found.angles_deg)], 0, atol=1e-3)


@pytest.mark.parametrize("name", MOVES)
def test_it_grows_as_its_row_says(name, turned, clip_of):
    found = joint_angles(clip_of(turned(*MOVES[name])))
    assert found[name].item() == pytest.approx(25, abs=0.01)
    if name.startswith("right"):
        assert found[name.replace("right", "left")].item() == pytest.approx(0, abs=0.01)


def test_the_hip_that_is_up_says_how_far(straight, clip_of):
    hips = {**straight, "right_hip": straight["right_hip"] + [0, 0, 240 * np.tan(np.radians(10))]}
    assert joint_angles(clip_of(hips))["pelvis_obliquity"].item() == pytest.approx(10, abs=1e-3)


def test_the_thigh_turns_inward(turned, clip_of):
    """A knee bent at a right angle; the shank goes outward when the thigh turns inward."""
    bent = turned("X", -90, "right_knee", of("right", LEG[1:]))
    inward = turned("Z", 25, "right_knee", of("right", LEG[1:]), bent)
    assert joint_angles(clip_of(bent))["right_hip_internal_rotation"].item() == pytest.approx(0, abs=0.01)
    assert joint_angles(clip_of(inward))["right_hip_internal_rotation"].item() == pytest.approx(25, abs=0.01)


@pytest.mark.parametrize(("axis", "angle_deg", "plane_deg"), [("Y", -90, 0), ("X", 90, 90)])
def test_a_raised_arm_has_a_plane_and_turns_inward(axis, angle_deg, plane_deg, turned, clip_of):
    """Outward with the forearm ahead, which goes down then; or ahead with the forearm up, which goes to the left."""
    bent = turned("X", 90, "right_elbow", of("right", ARM[1:]))
    raised = turned(axis, angle_deg, "right_shoulder", of("right", ARM), bent)
    found = joint_angles(clip_of(raised))
    assert found["right_shoulder_elevation"].item() == pytest.approx(90, abs=0.01)
    assert found["right_shoulder_plane_of_elevation"].item() == pytest.approx(plane_deg, abs=0.01)
    about = "X" if plane_deg == 0 else "Y"
    inward = turned(about, -25, "right_elbow", of("right", ARM[1:]), raised)
    before, after = (
        joint_angles(clip_of(each))["right_shoulder_internal_rotation"].item() for each in (raised, inward)
    )
    assert after - before == pytest.approx(25, abs=0.01)


def test_names_are_told_once_and_say_which_way():
    assert len({angle.name for angle in ANGLES}) == len(ANGLES)
    assert all(angle.positive for angle in ANGLES)


def test_the_page_describes_every_angle():
    page = (Path(__file__).parents[2] / "docs" / "joint-angles.md").read_text(encoding="utf-8")
    assert [angle.name for angle in ANGLES if f"| `{angle.name.removeprefix('*_')}` |" not in page] == []
