from pathlib import Path

import numpy as np
import pytest

from poselift.errors import OutputError, SkeletonError
from poselift.skeleton import SKELETONS, Skeleton, read_skeleton, write_skeleton

STICK = """
name = "stick"
root = ["hip_l", "hip_r"]
joints = [{ name = "hip_l" }, { name = "hip_r", parent = "hip_l" }, { name = "knee_l", parent = "hip_l" }]
pairs = [["hip_l", "hip_r"]]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "stick.toml"
    path.write_text(STICK, encoding="utf-8")
    return path


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
def test_every_known_skeleton_reads_back_equal(skeleton, tmp_path):
    write_skeleton(skeleton, tmp_path / "a.toml")
    assert read_skeleton(tmp_path / "a.toml") == skeleton


def test_any_names_read_back_equal(tmp_path):
    joints = ("été", 'a "quoted" one', "back\\slash", "🦶", "plain.dot", " ")
    skeleton = Skeleton("weird 🦴", joints, tuple((joints[0], j) for j in joints[1:]), joints[:2], (), ())
    write_skeleton(skeleton, tmp_path / "a.toml")
    assert read_skeleton(tmp_path / "a.toml") == skeleton


def test_what_people_write_is_read(file):
    skeleton = read_skeleton(file)
    assert skeleton.joints == ("hip_l", "hip_r", "knee_l")
    assert skeleton.root_indices == [0, 1]
    np.testing.assert_array_equal(skeleton.flip_permutation, [1, 0, 2])


def test_the_skeleton_of_the_conventions_is_one(file):
    text = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")
    file.write_text(text.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert read_skeleton(file).parents == (-1, 0, 0, 1)


def test_a_tree_is_written_with_a_parent_at_each_joint(tmp_path):
    write_skeleton(SKELETONS["h36m17"], tmp_path / "a.toml")
    text = (tmp_path / "a.toml").read_text()
    assert '{ name = "right_knee", parent = "right_hip" },' in text
    assert "bones" not in text


def test_an_existing_file_stays_unless_told_otherwise(file):
    with pytest.raises(OutputError, match="exists"):
        write_skeleton(SKELETONS["coco17"], file)
    assert read_skeleton(file).name == "stick"
    write_skeleton(SKELETONS["coco17"], file, overwrite=True)
    assert read_skeleton(file).name == "coco17"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (STICK, "", "is empty"),
        (STICK, "# nothing but a remark\n", "is empty"),
        (STICK, "{}", "not TOML"),
        (
            'parent = "hip_l" }, { name = "knee_l"',
            'parent = "hip" }, { name = "knee_l"',
            "'hip_r'.*'hip' is no joint",
        ),
        ('{ name = "hip_l" }', '{ name = "hip_l", parent = "knee_l" }', "'hip_l'.*circle"),
        ('{ name = "knee_l", parent = "hip_l" }', '"knee_l"', "'knee_l'.*parent is missing"),
        ('"hip_r"]]', '"hip_l"]]', "'hip_l' is paired with itself"),
        ('name = "knee_l"', 'name = "hip_r"', "'hip_r' comes twice"),
        ("pairs", "pears", "'pears'"),
        ('pairs = [["hip_l"', 'pairs = [["hip_x"', "'hip_x'"),
        ('root = ["hip_l"', 'root = ["hip_x"', "'hip_x'"),
    ],
)
def test_a_file_that_is_no_skeleton_is_named_with_its_fault(file, old, new, message):
    file.write_text(STICK.replace(old, new), encoding="utf-8")
    with pytest.raises(SkeletonError, match=rf"(?s)stick\.toml: .*{message}") as caught:
        read_skeleton(file)
    assert caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a = " + b"[" * 5000])
def test_bytes_that_are_no_text_and_brackets_without_end_are_refused(file, content):
    file.write_bytes(content)
    with pytest.raises(SkeletonError, match="not TOML"):
        read_skeleton(file)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(SkeletonError, match="cannot be read"):
            read_skeleton(path)
