"""DeepLabCut's and Lightning Pose's tables, of one animal or several."""

from __future__ import annotations

import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.errors import DataFormatError
from poselift.skeleton import COCO_17

NAMES = COCO_17.joints


def cells(joints):
    return [""] * 3 * len(NAMES) if joints is None else [f"{value:.4f}" for value in joints.ravel()]


def table(people, names=NAMES, delimiter=",", end="\n"):
    lines = [
        ["scorer", *["DLC_resnet50"] * 3 * len(names)],
        ["bodyparts", *(name for name in names for _ in range(3))],
        ["coords", *["x", "y", "likelihood"] * len(names)],
        *([str(n), *cells(joints)] for n, joints in enumerate(people)),
    ]
    return end.join(delimiter.join(line) for line in lines) + end


def test_a_table_is_recognised_and_read(written, people, said, same_person):
    path = written("a.csv", table(people()))
    assert recognised(path) == "deeplabcut"
    same_person(read_keypoints(path, said=said))
    same_person(read_keypoints(path, "lightning_pose", said))


def test_marks_line_ends_and_decimal_commas_do_not_matter(written, people, said, same_person):
    same_person(read_keypoints(written("a.csv", "\ufeff" + table(people(), end="\r\n")), said=said))
    german = table(people(), delimiter=";").replace(".", ",")
    same_person(read_keypoints(written("a.csv", german), said=said))


def test_names_in_other_words_are_understood_and_others_left_aside(written, people, said):
    short = [name.replace("left_", "L").replace("right_", "R") for name in NAMES]
    short[0] = "Snout"
    found = read_keypoints(written("a.csv", table(people(), short)), said=said)
    assert found.skeleton.name == "coco17"
    assert (found.confidence[0] > 0).tolist() == [False] + [True] * 16


def test_several_animals_keep_who_they_are(written, people, said):
    names = (*NAMES, *NAMES)
    lines = table([], names).splitlines()
    who = ",".join(["individuals", *["anna"] * 51, *["ben"] * 51])
    rows = [
        ",".join([str(n), *cells(joints), *cells(None if n < 2 else joints)]) for n, joints in enumerate(people())
    ]
    found = read_keypoints(written("a.csv", "\n".join([lines[0], who, *lines[1:], *rows])), said=said)
    assert found.track_id.tolist() == [1, 1, 1, 2, 1, 2, 1, 2]


def test_a_last_line_that_is_cut_short_is_left_out(written, people, said):
    found = read_keypoints(written("a.csv", table(people())[:-40]), said=said)
    assert found.frame.tolist() == [0, 1, 2, 4]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("0.7500", "oops"), "line 4: expected a number, found 'oops'"),
        (("\n2,", "\n-2,"), "line 6: expected the number of a frame, found -2"),
        (("bodyparts", "parts"), "line 2: expected the lines bodyparts and coords"),
        (("shoulder", "wheel"), None),
        (("\n2,", "\n2,1,"), "line 6: expected 52 cells, found 53"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(written, people, said, change, message):
    path = written("a.csv", table(people()).replace(*change))
    if message is None:
        assert (read_keypoints(path, said=said).confidence[0] > 0).sum() == 15
        return
    with pytest.raises(DataFormatError, match=message):
        read_keypoints(path, said=said)


def test_names_that_are_no_joints_are_listed(written, people, said):
    with pytest.raises(DataFormatError, match=r"expected names of joints, found part0, part1"):
        read_keypoints(written("a.csv", table(people(), [f"part{n}" for n in range(17)])), said=said)


def test_hdf5_is_refused_with_what_to_do(written, said):
    with pytest.raises(DataFormatError, match="HDF5 of pandas is not read") as error:
        read_keypoints(written("a.h5", b"\x89HDF\r\n\x1a\n"), said=said)
    assert "csv" in error.value.hint


def test_damage_is_one_line(survives, people):
    survives("damaged.csv", table(people()).encode(), "deeplabcut")
