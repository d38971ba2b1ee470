"""YOLO's JSON, of one image or frame by frame."""

from __future__ import annotations

import json

import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.errors import DataFormatError


def frame(joints, **more):
    if joints is None:
        return []
    x, y, visible = joints.T.tolist()
    return [{"name": "person", "class": 0, "keypoints": {"x": x, "y": y, "visible": visible}, **more}]


def test_frames_and_an_image(written, people, said, same_person):
    path = written("a.json", [frame(joints) for joints in people()])
    assert recognised(path) == "yolo_json"
    same_person(read_keypoints(path, said=said))
    assert len(read_keypoints(written("b.json", frame(people()[0])), said=said).footage) == 1


def test_tracks_are_kept(written, people, said):
    path = written("a.json", [frame(joints, track_id=2) for joints in people()])
    assert read_keypoints(path, said=said).track_id.tolist() == [2] * 5


def test_what_is_wrong_is_said_with_its_frame(written, people, said):
    content = [frame(joints) for joints in people()]
    content[1][0]["keypoints"]["x"].pop()
    with pytest.raises(DataFormatError, match="frame 1: expected as many x as y and visible"):
        read_keypoints(written("a.json", content), said=said)


def test_damage_is_one_line(survives, people):
    survives("damaged.json", json.dumps([frame(joints) for joints in people()]).encode(), "yolo_json")
