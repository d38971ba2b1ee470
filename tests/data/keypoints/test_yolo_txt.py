"""YOLO's text files, one for each frame."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError

SIZE = np.array([1280, 720])


def line(joints, channels=3, more=""):
    shares = np.concatenate([joints[:, :2] / SIZE, joints[:, 2:]], axis=1)[:, :channels]
    return "0 0.5 0.5 0.2 0.4 " + " ".join(f"{value:.9f}" for value in shares.ravel()) + more + "\n"


@pytest.fixture
def folder(written, people):
    def make(**how):
        for frame, joints in enumerate(people()):
            path = written(f"labels/walk_{frame + 1}.txt", "" if joints is None else line(joints, **how))
        return path.parent

    return make


@pytest.mark.parametrize("how", [{}, {"channels": 2}, {"more": " 0.93"}, {"more": " 0.93 4"}])
def test_a_folder_is_read_however_many_columns_it_has(folder, said, same_person, how):
    path = folder(**how)
    assert recognised(path) == "yolo_txt"
    found = read_keypoints(path, said=said)
    same_person(found, atol=1e-2)
    assert (found.track_id is not None) == (how.get("more") == " 0.93 4")


def test_a_frame_without_a_file_has_nobody(folder, said):
    path = folder()
    (path / "walk_2.txt").unlink()
    assert read_keypoints(path, said=said).frame.tolist() == [0, 2, 4, 5]


def test_the_size_is_asked_for(folder):
    with pytest.raises(DataFormatError, match="shares of the picture, whose size it does not say"):
        read_keypoints(folder(), said=Said(fps=30))


@pytest.mark.parametrize(
    ("content", "message"), [("0 0.5 x\n", "expected numbers alone"), ("0 1 1 1 1 2 3\n", "found 2 numbers")]
)
def test_what_is_wrong_is_said_with_its_line(folder, said, content, message):
    path = folder()
    (path / "walk_3.txt").write_text(content)
    with pytest.raises(DataFormatError, match=rf"walk_3\.txt: line 1: .*{message}"):
        read_keypoints(path, said=said)


def test_damage_is_one_line(survives, people):
    survives("damaged_1.txt", line(people()[0]).encode(), "yolo_txt")
