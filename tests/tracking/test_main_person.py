"""Laws of following one person."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.geometry.camera import Camera
from poselift.skeleton import H36M_17
from poselift.tracking.main_person import MainPerson, main_person

STEP_S = 1 / 25


def followed(*frames):
    """Index of the person that is followed in each frame, None where it is nobody."""
    follower = MainPerson(H36M_17)
    return [follower.among(list(found), i * STEP_S) for i, found in enumerate(frames)]


def test_the_largest_is_followed_whatever_the_order(someone):
    small, large = someone(100, size=0.8), someone(300)
    assert followed([small, large], [large, small], [small, large]) == [1, 0, 1]


def test_who_is_followed_stays_so_when_another_grows_larger(someone):
    frames = [[someone(100 + i), someone(300 - i, size=0.5 + i / 10)] for i in range(10)]
    assert followed(*frames) == [0] * 10


def test_somebody_else_alone_is_a_gap(someone):
    main, other = someone(100), someone(200, size=0.9)
    assert followed([main, other], [other], [other, main]) == [0, None, 1]
    assert followed([main], [], [main]) == [0, None, 0]
    assert followed([], [], [main]) == [None, None, 0]


def test_a_false_detection_on_the_same_person_is_a_gap(someone):
    """As MediaPipe does: the person for one frame upside down."""
    upright = someone()
    upside_down = upright._replace(joints_px=[64, 48] - upright.joints_px)
    assert followed([upright], [upside_down], [upright]) == [0, None, 0]


def test_exchanged_sides_are_the_same_person(someone):
    plain = someone(size=3)
    exchanged = plain._replace(joints_px=plain.joints_px[H36M_17.flip_permutation])
    assert followed([plain], [exchanged], [exchanged], [plain]) == [0] * 4


def test_after_a_while_the_person_may_be_anywhere(someone):
    gone = [[]] * 100
    assert followed([someone(100)], *gone, [someone(300)])[-1] == 0
    assert followed([someone(100)], [someone(300)])[-1] is None


def test_a_runner_is_followed(someone):
    """Five body heights per second, as a sprinter; `someone` is about as high as this size."""
    size_px = np.linalg.norm(np.ptp(someone().joints_px, axis=0))
    frames = [[someone(5 * size_px * i * STEP_S)] for i in range(25)]
    assert followed(*frames) == [0] * 25


@pytest.mark.parametrize("pixel", [np.nan, 1e9])
def test_what_missing_joints_say_does_not_matter(someone, pixel):
    def with_missing(person, joint):
        joints_px, confidence = person.joints_px.copy(), person.confidence.copy()
        joints_px[joint], confidence[joint] = pixel, 0
        return person._replace(joints_px=joints_px, confidence=confidence)

    assert followed(*([with_missing(someone(100 + i), i)] for i in range(5))) == [0] * 5
    nobody = someone()._replace(confidence=np.zeros(17, dtype=np.float32))
    assert followed([someone()], [nobody], [someone()]) == [0, None, 0]


def test_the_main_person_is_one_track_through_the_whole_footage(someone):
    """As `MainPerson` follows frame by frame, with all that the footage says."""
    camera = Camera.guessed((640, 480))
    times = np.cumsum([0, 0.04, 0.04, 0.1, 0.04])
    footage = Footage(times, (640, 480), camera, "a.mp4", fps=25.0)
    main, other = (lambda i: someone(100 + i)), someone(200, size=0.8)
    found = [[], [main(1), other], [other, main(2)], [other], [main(4)]]
    scene = main_person(Detections.of(footage, H36M_17, found))
    assert [(track.id, track.first_frame) for track in scene.tracks] == [(1, 0)]
    clip = scene.main
    assert clip.valid.tolist() == [False, True, True, False, True]
    for i in (1, 2, 4):
        np.testing.assert_array_equal(clip.joints_px[i], main(i).joints_px)
        np.testing.assert_array_equal(clip.confidence[i], main(i).confidence)
    assert np.isnan(clip.joints_px[[0, 3]]).all()
    assert (clip.confidence[[0, 3]] == 0).all()
    assert (clip.fps, clip.size_px, clip.camera, clip.source) == (25.0, (640, 480), camera, "a.mp4")
    np.testing.assert_array_equal(clip.time_s, times)


def test_the_longer_a_frame_lasts_the_farther_the_person_may_be(someone):
    near, far = someone(100), someone(300)
    for pause_s, follows in ((0.04, False), (4.0, True)):
        footage = Footage(np.array([0, pause_s]), fps=25.0)
        scene = main_person(Detections.of(footage, H36M_17, [[near], [far]]))
        assert scene.main.valid.tolist() == [True, follows]


def test_nobody_is_a_scene_without_people():
    assert len(main_person(Detections.of(Footage.regular(3, 25), H36M_17, [[], [], []]))) == 0
