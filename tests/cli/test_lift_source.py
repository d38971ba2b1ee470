"""Which camera saw what is lifted: the one that is named, else that of the source, else a guess."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from poselift.cli.lift_source import AboutKeypoints, KeypointSource, chosen_camera, source_of
from poselift.data.clip import Clip
from poselift.data.keypoints.said import Said
from poselift.data.scene_file import save
from poselift.errors import DataFormatError, RecipeError, SkeletonError
from poselift.geometry.camera import Camera
from poselift.lifting.lifter import Lifter
from poselift.lifting.options import DEFAULTS
from poselift.skeleton import COCO_17
from poselift.skeleton.file import read_skeleton
from poselift.tracking.who import EVERYBODY

OWN = Camera(np.full(2, 900.0), np.array([320.0, 240.0]), size_px=(640, 480))


def source(size_px=(640, 480), camera=None):
    return SimpleNamespace(path=Path("walk.npz"), size_px=size_px, camera=camera)


def test_what_is_named_wins_then_the_sources_own_then_a_guess():
    assert chosen_camera(source(camera=OWN), None, None) is OWN
    assert chosen_camera(source(camera=OWN), 700.0, None).focal_px.tolist() == [700, 700]
    np.testing.assert_allclose(chosen_camera(source(camera=OWN), None, 90.0).focal_px, 320)
    np.testing.assert_allclose(chosen_camera(source(), None, None).focal_px, Camera.guessed((640, 480)).focal_px)


@pytest.mark.parametrize(
    ("focal_px", "fov_deg", "message"),
    [
        (700.0, 60.0, "got both"),
        (0.0, None, "--focal-px: expected a positive number, got 0"),
        (float("inf"), None, "--focal-px: expected a positive number, got inf"),
        (None, 180.0, "--fov-deg: expected 0 to 180 degrees, got 180"),
        (None, float("nan"), "--fov-deg: expected 0 to 180 degrees, got nan"),
    ],
)
def test_numbers_that_cannot_be_are_refused(focal_px, fov_deg, message):
    with pytest.raises(RecipeError, match=message):
        chosen_camera(source(), focal_px, fov_deg)


def test_without_a_size_there_is_no_camera():
    with pytest.raises(DataFormatError, match=r"walk\.npz: does not say the size of its image"):
        chosen_camera(source(size_px=None), 700.0, None)


def test_a_file_of_keypoints_keeps_its_ids_and_camera(tmp_path, tiny_model):
    joints_px = np.random.default_rng(0).uniform(100, 300, (4, 17, 2))
    save(Clip(COCO_17, 25.0, joints_px=joints_px, size_px=(640, 480), camera=OWN), tmp_path / "a.npz")
    found = KeypointSource(tmp_path / "a.npz", None, Said())
    np.testing.assert_array_equal(chosen_camera(found, None, None).focal_px, OWN.focal_px)
    lifter = Lifter(tiny_model)
    with found.opened(lifter.skeleton) as lift:
        scene = lift(lifter=lifter, camera=OWN, options=DEFAULTS, who=EVERYBODY, watcher=None)
    assert [track.id for track in scene.tracks] == [1]
    assert np.isfinite(scene.main.joints_root_mm).all()


def test_joints_that_do_not_convert_are_told_before_they_are_lifted(tmp_path, own_skeleton_file):
    joints_px = np.random.default_rng(0).uniform(100, 300, (4, 17, 2))
    save(Clip(COCO_17, 25.0, joints_px=joints_px, size_px=(640, 480)), tmp_path / "a.npz")
    found, other = KeypointSource(tmp_path / "a.npz", None, Said()), read_skeleton(own_skeleton_file)
    with pytest.raises(SkeletonError), found.opened(other):
        pytest.fail("opened")


@pytest.fixture
def four_frames(tmp_path):
    joints_px = np.random.default_rng(0).uniform(100, 300, (4, 17, 2))
    save(Clip(COCO_17, 25.0, joints_px=joints_px, size_px=(640, 480)), tmp_path / "a.npz")
    return tmp_path / "a.npz"


def test_frames_of_keypoints_are_not_chosen_but_their_rate_is_said(four_frames):
    with pytest.raises(RecipeError, match="expected a video for --every, got keypoints"):
        source_of(four_frames, "blazepose-full", 2, None, AboutKeypoints())
    assert source_of(four_frames, "blazepose-full", 1, 50.0, AboutKeypoints()).fps == 50


def test_what_is_said_of_keypoints_is_refused_of_a_video(tmp_path):
    with pytest.raises(RecipeError, match="expected a file of keypoints for --size, --layout, got a video"):
        source_of(tmp_path / "a.mp4", "blazepose-full", 1, None, AboutKeypoints(size="9x9", layout="coco17"))


@pytest.mark.parametrize("size", ["1920x1080", "1920 X 1080", "1920,1080"])
def test_a_size_is_said_as_people_say_it(size):
    assert AboutKeypoints(size=size).said(None).size_px == (1920, 1080)


@pytest.mark.parametrize("size", ["1920", "axb", "-1x5", ""])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(RecipeError, match="--size: expected width and height"):
        AboutKeypoints(size=size).said(None)


def test_a_video_says_times_and_size():
    said = AboutKeypoints(video=Path(__file__).parents[2] / "examples" / "balance.mp4").said(None)
    assert said.size_px == (1080, 1920)
    assert len(said.time_s) > 50
    assert said.fps == pytest.approx(60, abs=1)
