"""ASF and AMC: where the bones of a hand-made arm are, and what is said about files that break the format."""

from __future__ import annotations

import re

import numpy as np
import pytest

from poselift.data.readers.asfamc import read_amc, read_asf
from poselift.errors import DataFormatError

ASF = """:version 1.10
:units
  length 0.5
  angle deg
:root
  order TX TY TZ RX RY RZ
  axis XYZ
  position 0 10 0
  orientation 0 0 0
:bonedata
  begin
    id 1
    name upper
    direction 1 0 0
    length 3
    axis 0 0 90 XYZ
    dof rx
    limits (-180 180)
  end
  begin
    name lower  # nothing moves it
    direction 0 1 0
    length 2
    axis 0 0 0 XYZ
  end
  begin
    name tip
    direction 0 0 1
    length 1
    axis 0 0 0 XYZ
    dof rz rx
  end
:hierarchy
  begin
    root upper
    upper lower
    lower tip
  end
"""
AMC = """#!OML:ASF arm.asf
:FULLY-SPECIFIED
:DEGREES
1
root 0 0 0 0 0 0
upper 0
tip 0 0
2
root 1 2 3 0 0 90
upper 90
tip 90 90
"""


@pytest.fixture
def arm(tmp_path):
    """Write the arm, with some text of the skeleton or of the motion replaced by other text."""

    def write(old: str = "", new: str = ""):
        assert old in ASF + AMC
        for name, text in (("arm.asf", ASF), ("arm.amc", AMC)):
            (tmp_path / name).write_text(text.replace(old, new, 1))
        return tmp_path / "arm.asf", tmp_path / "arm.amc"

    return write


def read(skeleton, motion):
    return read_amc(motion, read_asf(skeleton))


def test_the_arm_worked_out_by_hand(arm):
    motion = read(*arm())
    assert len(motion) == 2
    assert motion.skeleton.mm_per_unit == pytest.approx(50.8)
    starts, rotations = motion.pose()
    assert set(starts) == {"root", "upper", "lower", "tip", "tipEnd"}
    np.testing.assert_allclose(starts["lower"][0], [3, 10, 0], atol=1e-12)
    np.testing.assert_allclose(starts["tipEnd"][0], [3, 12, 1], atol=1e-12)
    # The root turns x onto y. Upper turns about its x, which is the rest pose's y: z onto x, x onto -z.
    np.testing.assert_allclose(starts["root"][1], [1, 12, 3], atol=1e-12)
    np.testing.assert_allclose(starts["lower"][1], [1, 12, 0], atol=1e-12)
    # Lower is along y, about which upper turned; the root takes it to -x.
    np.testing.assert_allclose(starts["tip"][1], [-1, 12, 0], atol=1e-12)
    # Tip turns about z, which does nothing to it, then about x: z onto -y, which the root takes to x.
    np.testing.assert_allclose(starts["tipEnd"][1], [0, 12, 0], atol=1e-12)
    np.testing.assert_allclose(rotations["root"][1] @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_angles_apply_in_the_order_of_dof(arm):
    """Turning the tip about z first and x second moves y elsewhere than the other way round."""
    _, rotations = read(*arm("tip 0 0", "tip 90 90")).pose()
    np.testing.assert_allclose(rotations["tip"][0] @ [1, 0, 0], [0, 0, 1], atol=1e-12)
    _, rotations = read(*arm("dof rz rx", "dof rx rz")).pose()
    swapped = rotations["upper"][1].T @ rotations["tip"][1]
    np.testing.assert_allclose(swapped @ [1, 0, 0], [0, 1, 0], atol=1e-12)


def test_radians(arm):
    skeleton, path = arm()
    expected = read(skeleton, path).pose()[0]["tipEnd"]
    skeleton.write_text(ASF.replace("angle deg", "angle rad").replace("0 0 90 XYZ", f"0 0 {np.pi / 2} XYZ"))
    path.write_text(AMC.replace("90", str(np.pi / 2)).replace(":DEGREES\n", ""))
    np.testing.assert_allclose(read(skeleton, path).pose()[0]["tipEnd"], expected, atol=1e-12)


def test_lines_may_end_as_in_dos(arm):
    skeleton, path = arm()
    expected = read(skeleton, path).pose()[0]["tipEnd"]
    skeleton.write_bytes(ASF.replace("\n", "\r\n").encode())
    path.write_bytes((AMC + "\n").replace("\n", " \r\n").encode())
    np.testing.assert_array_equal(read(skeleton, path).pose()[0]["tipEnd"], expected)


BROKEN_SKELETON = {
    "no units": (":units", ":others", 38, "a :units section"),
    "no root": (":root", ":toor", 38, "a :root section"),
    "length of text": ("length 0.5", "length half", 3, "a number, found 'half'"),
    "length 0": ("length 0.5", "length 0", 3, "a length above 0"),
    "no length": ("length 0.5", "length", 3, "1 numbers, found 0"),
    "unknown angle": ("angle deg", "angle grad", 4, "deg or rad, found 'grad'"),
    "order": ("order TX", "order QX", 6, "found 'qx'"),
    "axis": ("axis XYZ", "axis XXZ", 7, "an order of axes"),
    "no axis": ("axis XYZ", "axis", 7, "an order of axes"),
    "position": ("position 0 10 0", "position 0 10", 8, "3 numbers, found 2"),
    "orientation": ("orientation 0 0 0", "orientation 0 0 inf", 9, "found 'inf'"),
    "no begin": ("  begin\n    id 1", "    id 1", 11, "'begin'"),
    "no name": ("name upper", "mane upper", 18, "a 'name' line"),
    "same name": ("name lower", "name upper", 20, "a new bone name, found 'upper'"),
    "direction": ("direction 1 0 0", "direction 1 0", 14, "3 numbers, found 2"),
    "nan": ("direction 1 0 0", "direction nan 0 0", 14, "found 'nan'"),
    "bone length": ("length 3", "length", 18, "a 'length' line"),
    "bone axis": ("axis 0 0 90 XYZ", "axis 0 0 90", 16, "an order of axes"),
    "dof": ("dof rx", "dof rw", 17, "found 'rw'"),
    "dof twice": ("dof rz rx", "dof rx rx", 31, "different channels"),
    "unknown parent": ("upper lower", "elbow lower", 36, "a bone that stands above in the hierarchy, found 'elbow'"),
    "unknown child": ("upper lower", "upper forearm", 36, "a bone of :bonedata, once, found 'forearm'"),
    "child twice": ("lower tip", "lower upper", 37, "once, found 'upper'"),
}
BROKEN_MOTION = {
    "no frames": ("1\nroot", "root", 10, "frame number 1"),
    "frame missing": ("2\nroot", "3\nroot", 8, "a bone of the skeleton, once a frame, found '3'"),
    "unknown bone": ("upper 0", "lower_arm 0", 6, "a bone of the skeleton, once a frame, found 'lower_arm'"),
    "bone twice": ("tip 0 0", "upper 0", 7, "once a frame, found 'upper'"),
    "no root": ("root 0 0 0 0 0 0\n", "", 4, "bone 'root' in the frame"),
    "bone missing": ("upper 0\n", "", 4, "bone 'upper' in the frame"),
    "other order": ("upper 90\ntip 90 90", "tip 90 90\nupper 90", 10, "bone 'upper', found 'tip 90 90'"),
    "one value less": ("tip 90 90", "tip 90", 11, "2 channels of 'tip', found 1"),
    "one value more": ("upper 90", "upper 90 90", 10, "1 channels of 'upper', found 2"),
    "text": ("upper 90", "upper ninety", 10, "a number, found 'ninety'"),
    "nan": ("upper 90", "upper nan", 10, "found 'nan'"),
    "infinity": ("tip 0 0", "tip 0 1e999", 7, "found '1e999'"),
    "cut": ("\ntip 90 90", "", 10, "bone 'tip', found the end of the file"),
    "blank": ("upper 90", "", 10, "bone 'upper', found ''"),
}


@pytest.mark.parametrize(("old", "new", "line", "words"), BROKEN_SKELETON.values(), ids=BROKEN_SKELETON)
def test_a_broken_skeleton_is_named_with_its_line(arm, old, new, line, words):
    path, _ = arm(old, new)
    with pytest.raises(DataFormatError, match=re.escape(words)) as caught:
        read_asf(path)
    assert str(caught.value).startswith(f"{path}, line {line}:")
    assert caught.value.hint


@pytest.mark.parametrize(("old", "new", "line", "words"), BROKEN_MOTION.values(), ids=BROKEN_MOTION)
def test_a_broken_motion_is_named_with_its_line(arm, old, new, line, words):
    skeleton, path = arm(old, new)
    with pytest.raises(DataFormatError, match=re.escape(words)) as caught:
        read(skeleton, path)
    assert str(caught.value).startswith(f"{path}, line {line}:")
    assert caught.value.hint


def test_a_skeleton_cut_anywhere_is_an_error(arm):
    path, _ = arm()
    for end in range(len(ASF.rstrip()) - 1):
        path.write_text(ASF[:end])
        with pytest.raises(DataFormatError, match=re.escape(str(path))):
            read_asf(path)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\x00\x01\x02" * 40, b"{}"])
def test_what_is_no_motion_at_all_is_an_error(arm, content):
    skeleton, path = arm()
    path.write_bytes(content)
    with pytest.raises(DataFormatError, match=re.escape(str(path))):
        read(skeleton, path)
    skeleton.write_bytes(content)
    with pytest.raises(DataFormatError, match=re.escape(str(skeleton))):
        read_asf(skeleton)
