"""The same motion in every dialect is the same joints, where a human has them."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.readers.mocap import CMU_UNIT_MM, read_mocap
from poselift.errors import DataFormatError
from poselift.skeleton import BODY_21, H36M_17, Skeleton

LOST = ("thorax", "lwrist", "rwrist")
LIMBS = [j for j in H36M_17.joints if j not in ("spine", "nose", "head")]


def joint(clip, name: str) -> np.ndarray:
    return clip.joints_world_mm[:, H36M_17.index(name)]


@pytest.mark.parametrize("mm", [1.0, 10.0, 25.4, CMU_UNIT_MM, 1000.0], ids=lambda mm: f"{mm:g}")
def test_bvh_of_the_database_in_any_unit(person, write_bvh, mm):
    clip = read_mocap(write_bvh(person, "walk_1_test.bvh", mm=mm))
    assert (clip.name, clip.dialect, clip.fps) == ("walk_1_test", "cmu_bvh", 120.0)
    np.testing.assert_allclose(clip.joints_world_mm, person.h36m(), atol=1e-3)


def test_bones_that_the_conversion_lost_are_given_back(person, write_bvh):
    clip = read_mocap(write_bvh(person, lost=LOST))
    np.testing.assert_allclose(clip.joints_world_mm, person.h36m(), atol=1e-3)


def test_an_added_rest_pose_is_dropped(person, write_bvh):
    clip = read_mocap(write_bvh(person, rest_pose_first=True))
    np.testing.assert_allclose(clip.joints_world_mm, person.h36m(), atol=1e-3)


def test_a_first_frame_in_the_rest_pose_that_belongs_to_the_motion_stays(standing, write_bvh):
    assert len(read_mocap(write_bvh(standing, rest_pose_first=True)).joints_world_mm) == 3


@pytest.mark.parametrize("how", [{}, {"length": 1.0}, {"angle": "rad"}], ids=["database", "inches", "radians"])
def test_asf_and_amc(person, write_amc, how):
    clip = read_mocap(write_amc(person, **how))
    assert (clip.name, clip.dialect, clip.fps) == ("01_01", "asf_amc", 120.0)
    np.testing.assert_allclose(clip.joints_world_mm, person.h36m(), atol=1e-3)


def test_the_motion_says_whether_its_angles_are_degrees(person, write_amc, broken):
    path = broken(write_amc(person), ":DEGREES", ":RADIANS")
    assert np.abs(read_mocap(path).joints_world_mm - person.h36m()).max() > 100


def test_a_character(person, write_bvh):
    """Its spine bends elsewhere and its head has no end; the limbs are those of the person."""
    clip = read_mocap(write_bvh(person, character=True, frame_time="0.016667"))
    assert (clip.dialect, clip.fps) == ("character_bvh", 60.0)
    limbs = H36M_17.indices(LIMBS)
    np.testing.assert_allclose(clip.joints_world_mm[:, limbs], person.h36m()[:, limbs], atol=1e-3)
    np.testing.assert_allclose(joint(clip, "nose"), person.h36m()[:, H36M_17.index("nose")], atol=1e-3)
    top = joint(clip, "head") - person.h36m()[:, H36M_17.index("head")]
    np.testing.assert_allclose(np.linalg.norm(top, axis=-1), 120 - 110, atol=1e-3)


@pytest.mark.parametrize("dialect", ["neo_bvh", "unreal_bvh"])
def test_what_blender_wrote_in_any_rest_pose(person, write_blender, dialect):
    """Spine and head are put together otherwise; the limbs are those of the person."""
    clip = read_mocap(write_blender(person, dialect))
    assert (clip.dialect, clip.fps) == (dialect, 30.0)
    limbs = H36M_17.indices(LIMBS)
    np.testing.assert_allclose(clip.joints_world_mm[:, limbs], person.h36m()[:, limbs], atol=1e-2)
    for name, most in (("nose", 60), ("head", 70)):
        away = joint(clip, name) - person.h36m()[:, H36M_17.index(name)]
        assert np.linalg.norm(away, axis=-1).max() < most


# Heels of Unreal's body are nearer to its ankles.
@pytest.mark.parametrize(
    ("dialect", "behind_mm"), [("cmu_bvh", 54), ("asf_amc", 54), ("neo_bvh", 54), ("unreal_bvh", 24)]
)
def test_toes_and_heels_of_who_stands_are_at_the_ends_of_the_foot(
    standing, write_bvh, write_amc, write_blender, dialect, behind_mm
):
    writers = {"cmu_bvh": write_bvh, "asf_amc": write_amc}
    path = writers[dialect](standing) if dialect in writers else write_blender(standing, dialect)
    clip = read_mocap(path, BODY_21)
    feet = clip.joints_world_mm[0, BODY_21.indices(("left_toe", "right_toe", "left_heel", "right_heel"))]
    # Ankles are at x = 90 and y = -30, the ends of the bones of the toes at y = -210, their balls 25 mm high.
    heel = -30 + behind_mm
    np.testing.assert_allclose(
        feet, [[70.8, -210, 25], [-70.8, -210, 25], [90, heel, 25], [-90, heel, 25]], atol=1e-2
    )


@pytest.mark.parametrize("dialect", ["cmu_bvh", "asf_amc", "unreal_bvh"])
def test_the_heel_is_fixed_to_the_ankle_and_the_rest_is_as_without_feet(
    person, write_bvh, write_amc, write_blender, dialect
):
    writers = {"cmu_bvh": write_bvh, "asf_amc": write_amc}
    path = writers[dialect](person) if dialect in writers else write_blender(person, dialect)
    clip = read_mocap(path, BODY_21)
    np.testing.assert_array_equal(clip.joints_world_mm[:, :17], read_mocap(path).joints_world_mm)
    ankle, heel = (clip.joints_world_mm[:, BODY_21.index(j)] for j in ("left_ankle", "left_heel"))
    behind_mm = 24 if dialect == "unreal_bvh" else 54
    np.testing.assert_allclose(np.linalg.norm(heel - ankle, axis=-1), np.hypot(behind_mm, 35), atol=1e-2)


def test_files_without_toes_have_no_feet(person, write_bvh, broken):
    path = broken(write_bvh(person), "ToeBase", "Toes", 2)
    assert read_mocap(path).dialect == "cmu_bvh"
    with pytest.raises(DataFormatError, match="found no LeftToeBase"):
        read_mocap(path, BODY_21)


@pytest.mark.parametrize("dialect", ["cmu_bvh", "character_bvh", "asf_amc"])
def test_who_stands_faces_away_from_y_with_the_left_on_the_left_and_feet_on_the_floor(
    standing, write_bvh, write_amc, dialect
):
    how = {"cmu_bvh": {"lost": LOST}, "character_bvh": {"character": True}}
    clip = read_mocap(write_amc(standing) if dialect == "asf_amc" else write_bvh(standing, **how[dialect]))
    forward = np.cross(joint(clip, "left_hip") - joint(clip, "right_hip"), [0, 0, 1.0])
    np.testing.assert_allclose(forward, [[0, -180, 0]] * 2, atol=1e-3)
    np.testing.assert_allclose(joint(clip, "left_ankle"), [[90, -30, 60]] * 2, atol=1e-3)
    np.testing.assert_allclose(joint(clip, "right_wrist"), [[-730, 10, 1400]] * 2, atol=1e-3)
    nose = joint(clip, "nose") - joint(clip, "thorax")
    assert (nose @ [0, -1, 0] > 30).all()
    heights = [clip.joints_world_mm[0, H36M_17.index(j), 2] for j in ("pelvis", "spine", "thorax", "nose", "head")]
    assert heights == sorted(heights)


@pytest.mark.parametrize(
    ("frame_time", "fps"),
    [("0.0083333", 120.0), ("0.016667", 60.0), ("0.0333667", pytest.approx(29.97, abs=1e-3)), ("0.04", 25.0)],
)
def test_frame_times_of_few_digits_mean_whole_rates(standing, write_bvh, frame_time, fps):
    assert read_mocap(write_bvh(standing, frame_time=frame_time)).fps == fps


def test_a_thigh_of_no_human_in_any_unit_is_an_error(standing, write_bvh, write_amc):
    with pytest.raises(DataFormatError, match=r"take\.bvh: expected a thigh of 300 to 600 mm .* found 107\.5 units"):
        read_mocap(write_bvh(standing, mm=4.0))
    path = write_amc(standing)
    skeleton = path.with_name("01.asf")
    skeleton.write_text(skeleton.read_text().replace("length 0.45", "length 45"))
    with pytest.raises(DataFormatError, match=r"01_01\.amc: expected a thigh"):
        read_mocap(path)


def test_joints_of_no_known_dialect_are_an_error(standing, write_bvh, broken):
    with pytest.raises(
        DataFormatError, match=r"cmu_bvh or character_bvh or neo_bvh or unreal_bvh, found no LeftUpLeg"
    ) as caught:
        read_mocap(broken(write_bvh(standing), "LeftUpLeg", "thigh_l"))
    assert "a skeleton, a .toml file" in caught.value.hint


# The joints of a file's own names, and the bones of `conftest.BONES` that start there.
OWN = {"Hips": "root", "LeftUpLeg": "lfemur", "LeftFoot": "lfoot", "RightUpLeg": "rfemur", "RightFoot": "rfoot"}
OWN |= {"Head": "head", "HeadEnd": "top", "LeftHand": "lwrist", "RightHand": "rwrist"}


def own_skeleton(joints, name="own") -> Skeleton:
    joints = tuple(joints)
    return Skeleton(name, joints, tuple((joints[0], joint) for joint in joints[1:]), joints[:1], (), ())


def z_up(starts, bones) -> np.ndarray:
    return np.stack([starts[bone] for bone in bones], axis=1) @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])


@pytest.mark.parametrize(
    ("mm", "unit_mm"), [(1.0, None), (10.0, None), (1000.0, None), (25.4, 25.4), (CMU_UNIT_MM, CMU_UNIT_MM)]
)
def test_joints_of_a_files_own_names_in_any_unit(person, write_bvh, mm, unit_mm):
    clip = read_mocap(write_bvh(person, mm=mm), own_skeleton(OWN), unit_mm=unit_mm)
    assert (clip.dialect, clip.fps) == ("own", 120.0)
    np.testing.assert_allclose(clip.joints_world_mm, z_up(person.starts(), OWN.values()), atol=1e-3)


def test_joints_of_own_names_in_asf_and_amc(person, write_amc):
    bones = ("root", "lfemur", "lfoot", "rfoot", "head", "rhand")
    clip = read_mocap(write_amc(person), own_skeleton(bones))
    np.testing.assert_allclose(clip.joints_world_mm, z_up(person.starts(), bones), atol=1e-3)


def test_a_rest_pose_is_dropped_from_any_skeleton(person, write_bvh):
    plain, added = (read_mocap(write_bvh(person, rest_pose_first=r), own_skeleton(OWN)) for r in (False, True))
    np.testing.assert_array_equal(added.joints_world_mm, plain.joints_world_mm)


def test_a_skeleton_whose_joints_a_file_lacks_and_one_of_no_humans_size_are_errors(standing, write_bvh):
    with pytest.raises(DataFormatError, match=r"take\.bvh: expected the joint names of own, found no Tail"):
        read_mocap(write_bvh(standing), own_skeleton([*OWN, "Tail"]))
    arm = own_skeleton(["LeftHand", "LeftForeArm"])
    for mm, skeleton in ((10.0, arm), (25.4, own_skeleton(OWN))):
        with pytest.raises(DataFormatError, match=r"expected a body of 1000 to 2200 mm in a known unit") as caught:
            read_mocap(write_bvh(standing, mm=mm), skeleton)
        assert "how long a unit is" in caught.value.hint
    hand, elbow = read_mocap(write_bvh(standing), arm, unit_mm=10).joints_world_mm[0]
    np.testing.assert_allclose(np.linalg.norm(hand - elbow), 180, atol=1e-3)


def test_bones_that_stand_for_lost_ones_must_be_there(standing, write_bvh, broken):
    with pytest.raises(DataFormatError, match="or unreal_bvh, found no Spine1"):
        read_mocap(broken(write_bvh(standing), "Spine1", "Chest"))


def test_the_skeleton_of_the_subject_is_taken(person, write_amc):
    write_amc(person, "02_01.amc", length=1.0)
    clip = read_mocap(write_amc(person, "01_01.amc"))
    np.testing.assert_allclose(clip.joints_world_mm, person.h36m(), atol=1e-3)


def test_a_motion_without_the_skeleton_of_its_subject_is_an_error(person, write_amc):
    path = write_amc(person)
    path.with_name("01.asf").unlink()
    with pytest.raises(DataFormatError, match=r"01_01\.amc: expected the \.asf file of its subject .* found 0"):
        read_mocap(path)
    write_amc(person, "02_01.amc")
    write_amc(person, "03_01.amc")
    with pytest.raises(DataFormatError, match="found 2 others"):
        read_mocap(path)


@pytest.mark.parametrize("name", ["walk.c3d", "nowhere.bvh", "nowhere/01_01.amc"])
def test_a_file_that_is_not_there_or_of_another_kind_is_an_error(tmp_path, name):
    with pytest.raises(DataFormatError, match=name.split("/")[-1]):
        read_mocap(tmp_path / name)
