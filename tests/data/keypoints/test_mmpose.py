"""MMPose's inferencer and its demos."""

from __future__ import annotations

import json

import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.errors import DataFormatError


def instances(joints, **more):
    if joints is None:
        return []
    bbox = [[0.0, 0.0, 10.0, 10.0]]
    return [{"keypoints": joints[:, :2].tolist(), "keypoint_scores": joints[:, 2].tolist(), "bbox": bbox, **more}]


def frames(people, first=1, **more):
    return [{"frame_id": n + first, "instances": instances(j, **more)} for n, j in enumerate(people)]


@pytest.mark.parametrize("first", [0, 1])
def test_a_video_with_and_without_what_is_about_it(written, people, said, same_person, first):
    for content in (
        frames(people(), first),
        {"meta_info": {"dataset_name": "coco"}, "instance_info": frames(people(), first)},
    ):
        path = written("a.json", content)
        assert recognised(path) == "mmpose"
        same_person(read_keypoints(path, said=said))


def test_an_image_is_a_clip_of_one_frame(written, people, said):
    found = read_keypoints(written("a.json", instances(people()[0])), said=said)
    assert (len(found), len(found.footage)) == (1, 1)


def test_tracks_are_kept_and_h36m_is_told(written, people, said):
    assert read_keypoints(written("a.json", frames(people(), track_id=9)), said=said).track_id.tolist() == [9] * 5
    content = {"meta_info": {"dataset_name": "h36m"}, "instance_info": frames(people())}
    assert read_keypoints(written("a.json", content), said=said).skeleton.name == "h36m17"


def test_what_is_wrong_is_said_with_its_frame(written, people, said):
    content = frames(people())
    content[2]["instances"][0]["keypoint_scores"] = [1.0]
    with pytest.raises(DataFormatError, match="frame_id 3: expected x and y, and a score, of each joint"):
        read_keypoints(written("a.json", content), said=said)
    content[2]["frame_id"] = 1
    with pytest.raises(DataFormatError, match="a frame_id is there twice"):
        read_keypoints(written("a.json", content), said=said)
    content[2]["frame_id"] = "x"
    with pytest.raises(DataFormatError, match="record 2: expected a frame_id of 0 or more, found 'x'"):
        read_keypoints(written("a.json", content), said=said)


def test_damage_is_one_line(survives, people):
    survives("damaged.json", json.dumps(frames(people())).encode(), "mmpose")
