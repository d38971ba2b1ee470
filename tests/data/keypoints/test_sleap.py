"""SLEAP's analyses as csv."""

from __future__ import annotations

import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.errors import DataFormatError
from poselift.skeleton import COCO_17


def table(people, track="track_0"):
    columns = [f"{joint}.{part}" for joint in COCO_17.joints for part in ("x", "y", "score")]
    lines = [["track", "frame_idx", "instance.score", *columns]]
    for n, joints in enumerate(people):
        if joints is not None:
            lines.append([track, str(n), "0.9", *(f"{value:.4f}" for value in joints.ravel())])
    return "\n".join(",".join(line) for line in lines) + "\n"


def test_a_table_is_recognised_and_read(written, people, said, same_person):
    path = written("a.csv", table(people()))
    assert recognised(path) == "sleap"
    found = read_keypoints(path, said=said)
    same_person(found)
    assert found.track_id.tolist() == [1] * 5
    assert read_keypoints(written("b.csv", table(people(), "")), said=said).track_id is None


def test_what_is_wrong_is_said_with_its_line(written, people, said):
    with pytest.raises(DataFormatError, match=r"line 1: expected a column frame_idx"):
        read_keypoints(written("a.csv", table(people()).replace("frame_idx", "frame")), "sleap", said)
    with pytest.raises(DataFormatError, match=r"line 3: expected the number of a frame, found 1\.5"):
        read_keypoints(written("a.csv", table(people()).replace("track_0,1,", "track_0,1.5,")), said=said)


def test_damage_is_one_line(survives, people):
    survives("damaged.csv", table(people()).encode(), "sleap")
