"""BVH files as another reader sees them: the `bvh` package parses them, scipy turns angles into rotations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bvh import Bvh
from scipy.spatial.transform import Rotation

from poselift.data.footage import Footage
from poselift.data.readers.bvh import read_bvh
from poselift.data.scene import Scene, Track
from poselift.errors import OutputError, ShapeError
from poselift.export.bvh import constant_rate_s, write_bvh
from poselift.skeleton import BODY_21, H36M_17


def positions_cm(path):
    """Where each joint is in each frame, by its name."""
    file = Bvh(path.read_text())
    found = {}
    for joint in file.get_joints():
        name = joint.name
        values = dict(zip(file.joint_channels(name), np.array(_values(file, name)).T, strict=True))
        order = "".join(channel[0] for channel in values if channel.endswith("rotation"))
        angles = np.stack([values[f"{axis}rotation"] for axis in order], axis=-1)
        turn = Rotation.from_euler(order, angles, degrees=True)
        parent = file.joint_parent(name)
        if parent is None:
            found[name] = np.stack([values[f"{axis}position"] for axis in "XYZ"], axis=-1), turn
        else:
            place, above = found[parent.name]
            found[name] = place + above.apply(file.joint_offset(name)), above * turn
    return {name: place for name, (place, _) in found.items()}


def _values(file, name):
    return file.frames_joint_channels(name, file.joint_channels(name))


@pytest.mark.parametrize("skeleton", [BODY_21, H36M_17], ids=lambda s: s.name)
def test_joints_are_where_they_were(tmp_path, made_motion, clip_in_world, skeleton):
    joints_mm = made_motion(skeleton).joints_mm
    write_bvh(clip_in_world(joints_mm, skeleton), tmp_path / "a.bvh")
    found = positions_cm(tmp_path / "a.bvh")
    for number, joint in enumerate(skeleton.joints):
        np.testing.assert_allclose(10 * found[joint], joints_mm[:, number], atol=0.01, err_msg=joint)


def test_our_own_reader_reads_it_too(tmp_path, made_motion, clip_in_world):
    joints_mm = made_motion().joints_mm
    write_bvh(clip_in_world(joints_mm), tmp_path / "a.bvh")
    motion = read_bvh(tmp_path / "a.bvh")
    head = motion.joints.index("head")
    np.testing.assert_allclose(10 * motion.pose()[0][:, head], joints_mm[:, BODY_21.index("head")], atol=0.01)
    assert "headEnd" in motion.joints


def test_frames_and_their_rate(tmp_path, made_motion, clip_in_world):
    write_bvh(clip_in_world(made_motion().joints_mm, fps=60000 / 1001), tmp_path / "a.bvh")
    file = Bvh((tmp_path / "a.bvh").read_text())
    assert (file.nframes, file.frame_time) == (60, pytest.approx(1001 / 60000, rel=1e-8))


def test_angles_do_not_jump(tmp_path, made_motion, clip_in_world):
    write_bvh(clip_in_world(made_motion(seed=3).joints_mm), tmp_path / "a.bvh")
    file = Bvh((tmp_path / "a.bvh").read_text())
    assert np.abs(np.diff(_values(file, "pelvis"), axis=0)).max() < 60


def test_everybody_has_a_file_with_all_frames(tmp_path, made_motion, clip_in_world):
    footage, joints_mm = Footage.regular(60, 30.0), made_motion().joints_mm
    late = clip_in_world(joints_mm[20:], time_s=footage.time_s[20:])
    write_bvh(Scene(footage, (Track(5, 20, late), Track(2, 0, clip_in_world(joints_mm)))), tmp_path / "a.bvh")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bvh", "a_5.bvh"]
    first, other = (positions_cm(tmp_path / name)["head"] for name in ("a.bvh", "a_5.bvh"))
    np.testing.assert_allclose(first[20:], other[20:], atol=1e-3)
    np.testing.assert_allclose(other[:20], np.tile(other[20], (20, 1)), atol=1e-3)


def test_if_one_file_is_there_already_none_is_written(tmp_path, made_motion, clip_in_world):
    clip = clip_in_world(made_motion().joints_mm)
    (tmp_path / "a_2.bvh").touch()
    scene = Scene(Footage.regular(60, 30.0), (Track(1, 0, clip), Track(2, 0, clip)))
    with pytest.raises(OutputError, match=r"a_2\.bvh: exists"):
        write_bvh(scene, tmp_path / "a.bvh")
    assert [path.name for path in tmp_path.iterdir()] == ["a_2.bvh"]
    write_bvh(scene, tmp_path / "a.bvh", overwrite=True)
    assert (tmp_path / "a.bvh").stat().st_size == (tmp_path / "a_2.bvh").stat().st_size


def test_uneven_times_become_a_constant_rate():
    even = Footage.regular(10, 25.0)
    assert constant_rate_s(even) is even.time_s
    missing = Footage(np.delete(even.time_s, [3, 4]), fps=25.0)
    np.testing.assert_allclose(constant_rate_s(missing), even.time_s)


def test_a_pause_of_hours_is_refused():
    with pytest.raises(ShapeError, match="3 frames would be 900002 at a constant 25 frames per second"):
        constant_rate_s(Footage(np.array([0, 0.04, 36000.04]), fps=25.0))


def test_names_with_spaces_become_one_word(tmp_path, made_motion, clip_in_world):
    spaced = replace(
        BODY_21,
        name="spaced",
        joints=tuple("top of head" if joint == "head" else joint for joint in BODY_21.joints),
        bones=tuple(("nose", "top of head") if bone == ("nose", "head") else bone for bone in BODY_21.bones),
    )
    write_bvh(clip_in_world(made_motion().joints_mm, spaced), tmp_path / "a.bvh")
    assert "top_of_head" in Bvh((tmp_path / "a.bvh").read_text()).get_joints_names()
