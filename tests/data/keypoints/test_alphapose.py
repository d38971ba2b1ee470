"""AlphaPose's three layouts."""

from __future__ import annotations

import json

import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.errors import DataFormatError


def flat(people, name="{}.jpg", **more):
    return [
        {"image_id": name.format(n), "category_id": 1, "keypoints": joints.ravel().tolist(), "score": 2.5, **more}
        for n, joints in enumerate(people)
        if joints is not None
    ]


def by_image(people, group, name):
    return {
        f"{n}.jpg": {"version": "AlphaPose v0.3", group: [] if joints is None else [{name: joints.ravel().tolist()}]}
        for n, joints in enumerate(people)
    }


def test_all_layouts_are_the_same_people(written, people, said, same_person):
    coco, openpose = people(), people("coco18")
    for content, layout in (
        (flat(coco), "coco17"),
        (flat(coco, "frame_{:06d}.png"), "coco17"),
        (by_image(openpose, "bodies", "joints"), "coco18"),
        (by_image(openpose, "people", "pose_keypoints_2d"), "coco18"),
    ):
        path = written("alphapose-results.json", content)
        assert recognised(path) == "alphapose"
        same_person(read_keypoints(path, said=said), layout)


@pytest.mark.parametrize("idx", [4, 4.0, [4], [[4]]])
def test_ids_are_kept_however_they_are_written(written, people, said, idx):
    found = read_keypoints(written("a.json", flat(people(), idx=idx)), said=said)
    assert found.track_id.tolist() == [4] * 5


def test_several_rows_are_several_people(written, people, said):
    found = read_keypoints(written("a.json", flat(people()) + flat(people())), said=said)
    assert found.frame.tolist() == [0, 0, 1, 1, 2, 2, 4, 4, 5, 5]
    assert found.track_id is None


def test_what_is_wrong_is_said_with_its_record(written, people, said):
    content = flat(people())
    content[2]["keypoints"] = None
    with pytest.raises(DataFormatError, match=r"a\.json: record 2: expected a list 'keypoints', found None"):
        read_keypoints(written("a.json", content), said=said)


def test_damage_is_one_line(survives, people):
    survives("damaged.json", json.dumps(flat(people())).encode(), "alphapose")
    damaged = json.dumps(by_image(people("coco18"), "bodies", "joints")).encode()
    survives("damaged.json", damaged, "alphapose")
