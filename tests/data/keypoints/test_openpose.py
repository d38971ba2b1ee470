"""A folder of OpenPose is read frame by frame, whatever joints it has."""

from __future__ import annotations

import json

import pytest

from poselift.data.keypoints.reading import read_keypoints, recognised
from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError, NoPersonError


def content(joints, **more):
    people = [] if joints is None else [{"person_id": [-1], "pose_keypoints_2d": joints.ravel().tolist(), **more}]
    return {"version": 1.3, "people": people}


@pytest.fixture
def folder(written, people):
    def make(layout="body25", name="vid_{:012d}_keypoints.json", first=0):
        for frame, joints in enumerate(people(layout)):
            path = written(f"json/{name.format(frame + first)}", content(joints))
        return path.parent

    return make


@pytest.mark.parametrize("layout", ["body25", "body25b", "halpe26", "coco18", "coco17"])
def test_every_layout_is_told_by_its_joints(folder, said, same_person, layout):
    path = folder(layout)
    assert recognised(path) == "openpose"
    found = read_keypoints(path, said=said)
    same_person(found, layout)
    assert [layout in note for note in found.footage.notes] == [True] * layout.startswith("body25")


def test_frames_are_numbered_by_names(folder, said, same_person):
    path = folder(name="walk_{}.json", first=8)
    same_person(read_keypoints(path, said=said), "body25")
    (path / "walk_9.json").unlink()
    assert read_keypoints(path, said=said).frame.tolist() == [0, 2, 4, 5]
    (path / "walk_08.json").write_text(json.dumps(content(None)))
    with pytest.raises(DataFormatError, match="frame 8 is there twice"):
        read_keypoints(path, said=said)


def test_joints_that_people_do_not_tell_are_asked_for(folder, said, people, written):
    far = people("body25")[0].copy()
    far[:, 2] = 0
    far[0, 2] = 1
    path = written("json/a_0.json", content(far)).parent
    with pytest.raises(DataFormatError, match="25 joints may be body25 or body25b") as error:
        read_keypoints(path, said=said)
    assert "--layout body25b" in error.value.hint
    assert read_keypoints(path, said=Said(30, size_px=(1280, 720), layout="body25b")).skeleton.name == "body25b"


def test_whole_bodies_give_their_bodies(written, people, said):
    joints = people("wholebody23")[0]
    whole = joints.ravel().tolist() + [1.0] * 3 * 110
    path = written("json/a_0.json", {"people": [{"pose_keypoints": whole}]}).parent
    found = read_keypoints(path, said=said)
    assert found.skeleton.name == "wholebody23"
    assert found.joints_px[0, -1].tolist() == joints[-1, :2].tolist()


def test_one_file_and_a_list_are_clips_too(written, people, said, same_person):
    frames = [content(joints) for joints in people("body25")]
    same_person(read_keypoints(written("all.json", frames), said=said), "body25")
    assert len(read_keypoints(written("a_7_keypoints.json", frames[0]), said=said).footage) == 1


def test_ids_are_kept(written, people, said):
    for frame, joints in enumerate(people("halpe26")[:3]):
        two = [content(joints, person_id=[who])["people"][0] for who in (5, 3)]
        path = written(f"json/a_{frame}.json", {"people": two})
    assert read_keypoints(path.parent, said=said).track_id.tolist() == [5, 3] * 3


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"people": 3}, r"a_1\.json: expected a list 'people', found 3"),
        ({"people": [7]}, r"a_1\.json: expected an object, found 7"),
        ({"people": [{}]}, r"expected a list 'pose_keypoints_2d', found none"),
        ({"people": [{"pose_keypoints_2d": [1, 2]}]}, "expected x, y and confidence of each joint, found 2 numbers"),
        ({"people": [{"pose_keypoints_2d": ["a", 2, 3]}]}, "expected numbers, found"),
        ({"people": [{"pose_keypoints_2d": [1, 2, 3]}]}, "expected 26 joints as before, found 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_file(written, people, said, frame, message):
    written("json/a_0.json", content(people("halpe26")[0]))
    path = written("json/a_1.json", frame).parent
    with pytest.raises(DataFormatError, match=message):
        read_keypoints(path, said=said)


def test_nobody_is_said(written, said):
    path = written("json/a_0.json", content(None)).parent
    with pytest.raises(NoPersonError, match="nobody is in any of its 1 frames"):
        read_keypoints(path, said=said)


def test_damage_is_one_line(survives, people):
    survives("damaged.json", json.dumps([content(joints) for joints in people("halpe26")]).encode(), "openpose")
