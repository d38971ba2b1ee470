"""BVH: where the joints of a hand-made arm are, and what is said about files that break the format."""

from __future__ import annotations

import re

import numpy as np
import pytest

from poselift.data.readers.bvh import read_bvh
from poselift.errors import DataFormatError
from poselift.geometry.rotation import euler_rotation

ARM = """HIERARCHY
ROOT shoulder
{
  OFFSET 0 10 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT elbow
  {
    OFFSET 3 0 0
    CHANNELS 3 Yrotation Zrotation Xrotation
    End Site
    {
      OFFSET 0 2 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.04
0 0 0 0 0 0 0 0 0
1 2 3 90 0 0 90 0 90
"""


@pytest.fixture
def arm(tmp_path):
    """Write the arm, with some text replaced by other text."""

    def write(old: str = "", new: str = ""):
        assert old in ARM
        path = tmp_path / "arm.bvh"
        path.write_text(ARM.replace(old, new, 1))
        return path

    return write


def test_the_arm_worked_out_by_hand(arm):
    motion = read_bvh(arm())
    assert (motion.joints, motion.parents) == (("shoulder", "elbow", "elbowEnd"), (-1, 0, 1))
    assert (len(motion), motion.frame_time_s) == (2, 0.04)
    positions, rotations = motion.pose()
    np.testing.assert_allclose(positions[0], [[0, 10, 0], [3, 10, 0], [3, 12, 0]], atol=1e-12)
    # The shoulder turns x onto y. The elbow turns about x, y onto z, then about y, z onto x: the shoulder's y.
    np.testing.assert_allclose(positions[1], [[1, 12, 3], [1, 15, 3], [1, 17, 3]], atol=1e-12)
    np.testing.assert_allclose(rotations[1, 0] @ [1, 0, 0], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_rotations_multiply_in_written_order(arm, order):
    path = arm("Yrotation Zrotation Xrotation", " ".join(f"{axis}rotation" for axis in order))
    path.write_text(path.read_text().replace("0 0 0 0 0 0 0 0 0", "0 0 0 0 0 0 10 20 30"))
    positions, rotations = read_bvh(path).pose()
    expected = euler_rotation(order, np.radians([10.0, 20, 30]))
    np.testing.assert_allclose(rotations[0, 1], expected, atol=1e-12)
    np.testing.assert_allclose(positions[0, 2] - positions[0, 1], expected @ [0, 2, 0], atol=1e-12)


def test_positions_of_inner_joints_are_from_their_offset(arm):
    path = arm("CHANNELS 3 Yrotation Zrotation Xrotation", "CHANNELS 3 Xposition Yposition Zposition")
    positions, _ = read_bvh(path).pose()
    np.testing.assert_allclose(positions[0, 1], [3, 10, 0])
    np.testing.assert_allclose(positions[1, 1] - positions[1, 0], [0, 93, 90], atol=1e-9)


def test_positions_of_inner_joints_that_hold_their_offset_replace_it(arm):
    path = arm("CHANNELS 3 Yrotation Zrotation Xrotation", "CHANNELS 3 Xposition Yposition Zposition")
    path.write_text(path.read_text().replace("0 0 0 0 0 0 0 0 0", "0 10 0 0 0 0 3 0 0").replace("90 0 90", "3 0.1 0"))
    positions, _ = read_bvh(path).pose()
    np.testing.assert_allclose(positions[0, :2], [[0, 10, 0], [3, 10, 0]], atol=1e-12)
    np.testing.assert_allclose(positions[1, 0], [1, 2, 3])
    np.testing.assert_allclose(np.linalg.norm(positions[1, 1] - positions[1, 0]), np.hypot(3, 0.1))


@pytest.mark.parametrize(
    "rewritten",
    [
        ARM.replace("\n", "\r\n"),
        "\ufeff" + ARM,
        ARM.replace("\n", "\r"),
        ARM.replace("  ", "\t").replace("\n{", " {"),
        ARM + "\n \n\n",
        ARM + "\x1a",
        ARM.replace("Frame Time: 0.04", "Frame time:\t0.04"),
    ],
    ids=["dos", "byte order mark", "old mac", "braces", "blank lines", "end of DOS", "other writing"],
)
def test_other_exporters_write_the_same_motion(arm, rewritten):
    path = arm()
    expected = read_bvh(path).pose()[0]
    path.write_bytes(rewritten.encode())
    np.testing.assert_array_equal(read_bvh(path).pose()[0], expected)


def test_names_may_have_letters_of_a_code_page(arm):
    path = arm()
    path.write_bytes(ARM.replace("elbow", "coude_gelé").encode("latin-1"))
    assert read_bvh(path).joints[1] == "coude_gelé"


BROKEN = {
    "no hierarchy": ("HIERARCHY", "SKELETON", 1, "HIERARCHY"),
    "two people": ("MOTION", "ROOT other", 16, "one ROOT"),
    "joint outside": ("ROOT", "JOINT", 2, "inside the ROOT's braces"),
    "same name": ("JOINT elbow", "JOINT shoulder", 6, "a new joint name"),
    "no name": ("JOINT elbow", "JOINT", 6, "a new joint name"),
    "no motion": ("MOTION", "ACTION", 16, "or MOTION"),
    "unclosed": ("}\nMOTION", "\nMOTION", 16, "a closing brace"),
    "too many closed": ("}\nMOTION", "}}\nMOTION", 15, "a statement"),
    "offset cut": ("OFFSET 3 0 0", "OFFSET 3 0", 8, "a statement"),
    "offset of text": ("OFFSET 3 0 0", "OFFSET 3 zero 0", 8, "a number, found 'zero'"),
    "offset nan": ("OFFSET 3 0 0", "OFFSET 3 nan 0", 8, "a number up to"),
    "unknown channel": ("3 Yrotation", "3 Wrotation", 9, "'Wrotation'"),
    "channel twice": ("3 Yrotation", "3 Zrotation", 9, "different channels"),
    "channel count": ("CHANNELS 3", "CHANNELS 4", 9, "a statement"),
    "one channel less": ("3 Yrotation", "2 Yrotation", 9, "a statement"),
    "no frames": ("Frames: 2\n", "", 17, "'Frames:' and a number"),
    "frames of text": ("Frames: 2", "Frames: two", 17, "a number, found 'two'"),
    "0 frames": ("Frames: 2", "Frames: 0", 17, "a whole number of frames from 1"),
    "half a frame": ("Frames: 2", "Frames: 2.5", 17, "a whole number"),
    "no frame time": ("Frame Time: 0.04\n", "", 18, "'Frame Time:' and a number"),
    "frame time 0": ("Time: 0.04", "Time: 0", 18, "seconds, found 0"),
    "frame time in ms": ("Time: 0.04", "Time: 40", 18, "seconds, found 40"),
    "one value less": ("1 2 3 90 0 0 90 0 90", "1 2 3 90 0 0 90 0", 20, "9 channel values, found 8"),
    "one value more": ("1 2 3 90 0 0 90 0 90", "1 2 3 90 0 0 90 0 90 0", 20, "9 channel values, found 10"),
    "value of text": ("1 2 3 90", "1 2 x3 90", 20, "a number, found 'x3'"),
    "decimal comma": ("1 2 3 90", "1 2,5 3 90", 20, "a number, found '2,5'"),
    "value nan": ("1 2 3 90", "1 2 NaN 90", 20, "found 'NaN'"),
    "value inf": ("1 2 3 90", "1 2 -inf 90", 20, "found '-inf'"),
    "frame too many": ("Frames: 2", "Frames: 1", 20, "1 frames as line 17 says, found 2"),
    "frame too few": ("Frames: 2", "Frames: 3", 20, "3 frames as line 17 says, found 2"),
}


@pytest.mark.parametrize(("old", "new", "line", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_with_its_line(arm, old, new, line, words):
    path = arm(old, new)
    with pytest.raises(DataFormatError, match=re.escape(words)) as caught:
        read_bvh(path)
    assert str(caught.value).startswith(f"{path}, line {line}")
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_file_cut_anywhere_is_an_error(arm):
    """A cut inside the last number, or after it, cannot be seen."""
    path = arm()
    for end in range(len(ARM.rstrip()) - 1):
        path.write_text(ARM[:end])
        with pytest.raises(DataFormatError, match=re.escape(str(path))):
            read_bvh(path)


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\x00\x01\x02" * 40, b"\x89PNG\r\n\x1a\n\x00\x00", b"{}"])
def test_what_is_no_motion_at_all_is_an_error(arm, content):
    path = arm()
    path.write_bytes(content)
    with pytest.raises(DataFormatError, match=re.escape(str(path))):
        read_bvh(path)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    for path in (tmp_path / "nowhere.bvh", tmp_path):
        with pytest.raises(DataFormatError, match="cannot be read"):
            read_bvh(path)
