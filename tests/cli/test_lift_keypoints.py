"""`poselift lift` on the files of a detector: what they do not say is asked for, known sizes are obeyed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from poselift.data.scene_file import load
from poselift.skeleton import BODY_25
from poselift.world.size import bone_mm, height_mm

_UPRIGHT = {
    **{"nose": (0, 0), "eye": (20, -15), "ear": (40, -10), "neck": (0, 80)},
    **{"shoulder": (80, 90), "elbow": (110, 190), "wrist": (120, 280), "hip": (50, 290), "mid_hip": (0, 290)},
    **{"knee": (55, 420), "ankle": (60, 550), "big_toe": (80, 590), "small_toe": (95, 585), "heel": (55, 580)},
}


def person(frame):
    numbers = []
    for name in BODY_25.joints:
        side = 1 if name.startswith("left_") else -1
        x, y = _UPRIGHT[name.removeprefix("left_").removeprefix("right_")]
        numbers += [400 + side * x + frame, 80 + y, 0.9]
    return numbers


@pytest.fixture
def openpose(tmp_path):
    folder = tmp_path / "walk_json"
    folder.mkdir()
    for frame in range(12):
        people = [{"person_id": [-1], "pose_keypoints_2d": person(frame)}]
        (folder / f"walk_{frame:012d}_keypoints.json").write_text(json.dumps({"version": 1.3, "people": people}))
    return folder


@pytest.fixture
def lift(poselift, tmp_path, openpose):
    def run(*flags, source=openpose):
        return poselift(
            "lift", source, "-o", tmp_path / "out", "--model", "frame", "--no-viewer", "--overwrite", *flags
        )

    return run


KNOWN = ("--fps", "30", "--size", "1280x720")


def test_a_folder_of_openpose_becomes_poses_in_a_world(lift, tmp_path):
    ended = lift(*KNOWN)
    assert (ended.code, ended.err) == (0, [])
    assert "note: its 25 joints are taken for body25, by what the people look like" in ended.out
    clip = load(tmp_path / "out" / "poses.npz").main
    assert (len(clip), clip.fps, clip.size_px, clip.source) == (12, 30, (1280, 720), "walk_json")
    heel = clip.skeleton.index("left_heel")
    np.testing.assert_allclose(clip.joints_world_mm[:, heel, 2], 0, atol=60)
    said = json.loads((tmp_path / "out" / "poses.json").read_text())
    world = said["frames"][5]["people"][0]["joints_world_mm"]
    np.testing.assert_allclose(world, clip.joints_world_mm[5], rtol=1e-4, atol=0.1)
    assert said["frames"][5]["people"][0]["joint_status"] == clip.joint_status[5].tolist()


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        (("--size", "1280x720"), "does not say how many frames a second", "--fps"),
        (("--fps", "30"), "does not say the size of its image", "--size"),
        ((*KNOWN, "--layout", "coco17"), "expected 17 joints of coco17, found 25", "--layout"),
        ((*KNOWN, "--format", "coco"), "expected", ""),
        ((*KNOWN, "--height", "178"), "expected 0.4 to 2.6 metres, got 178", "1.78"),
        ((*KNOWN, "--pitch", "100"), "pitch: expected -90 to 90", "down"),
    ],
)
def test_what_is_missing_or_wrong_is_one_line_with_what_to_do(lift, tmp_path, flags, message, hint):
    ended = lift(*flags)
    assert ended.code == 2
    assert message in ended.err[0]
    assert hint in "".join(ended.err[1:])
    assert not (tmp_path / "out").exists()


def test_heights_and_bones_set_the_size(lift, tmp_path):
    for flags, measured in (
        (("--height", "1.9"), lambda clip: height_mm(clip, clip.camera.rotation[:, 2]) / 1900),
        (("--bone", "thigh=500"), lambda clip: bone_mm(clip, "thigh") / 500),
    ):
        assert lift(*KNOWN, *flags).code == 0
        assert measured(load(tmp_path / "out" / "poses.npz").main) == pytest.approx(1, rel=0.01)


def test_a_pitch_that_is_said_and_bones_that_may_stretch(lift, tmp_path):
    assert lift(*KNOWN, "--pitch", "20", "--no-constant-bones").code == 0
    clip = load(tmp_path / "out" / "poses.npz").main
    np.testing.assert_allclose(clip.camera.rotation[:, 2], [0, -np.cos(np.radians(20)), -np.sin(np.radians(20))])
    assert lift(*KNOWN, "--pitch", "20").code == 0
    knee, hip = clip.skeleton.indices(("left_knee", "left_hip"))
    steady = load(tmp_path / "out" / "poses.npz").main
    for each, constant in ((clip, False), (steady, True)):
        lengths = np.linalg.norm(each.joints_root_mm[:, knee] - each.joints_root_mm[:, hip], axis=-1)
        assert (np.ptp(lengths) < 0.01) == constant


def test_a_video_says_times_and_size(lift, tmp_path, write_video):
    video = write_video(tmp_path / "walk.mp4", frames=12, size_px=(640, 480))
    assert lift("--video", video).code == 0
    scene = load(tmp_path / "out" / "poses.npz")
    assert scene.footage.size_px == (640, 480)
    ended = lift("--video", write_video(tmp_path / "short.mp4", frames=5, size_px=(640, 480)))
    assert "expected frames of the video, which has 5, found 12" in ended.err[0]
