import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.errors import NoPersonError, ShapeError
from poselift.geometry import Camera
from poselift.skeleton import COCO_17, H36M_17

TIMES = np.array([0, 0.1, 0.15, 0.3, 0.5, 0.6])
FOOTAGE = Footage(TIMES, size_px=(640, 480), source="street.mp4")


def walker(first, end, *, seen=None, skeleton=H36M_17):
    joints_px = np.random.default_rng(first).uniform(0, 480, (end - first, len(skeleton), 2))
    valid = np.arange(end - first) < (end - first if seen is None else seen)
    return Clip(skeleton, FOOTAGE.fps, joints_px=joints_px, valid=valid, time_s=TIMES[first:end])


SCENE = Scene(FOOTAGE, (Track(3, 0, walker(0, 6, seen=2)), Track(1, 2, walker(2, 5, skeleton=COCO_17))))


def test_a_recording_of_one_person_is_a_scene_of_one():
    camera = Camera.guessed((640, 480))
    clip = walker(0, 6).replaced(size_px=(640, 480), camera=camera, source="a.json")
    scene = Scene.of(clip)
    assert scene.main is clip
    assert Scene.of(scene) is scene
    assert [(track.id, track.first_frame) for track in scene.tracks] == [(1, 0)]
    footage = scene.footage
    assert footage.time_s is clip.time_s
    assert (footage.size_px, footage.camera, footage.source, footage.fps) == ((640, 480), camera, "a.json", clip.fps)


def test_a_clip_of_one_frame_is_a_scene():
    assert len(Scene.of(Clip(H36M_17, 30, joints_px=np.zeros((1, 17, 2)))).footage) == 1


def test_the_main_person_is_seen_most_often():
    assert SCENE.main is SCENE.tracks[1].clip
    one, other = walker(0, 3), walker(3, 6)
    assert Scene(FOOTAGE, (Track(2, 0, one), Track(1, 3, other))).main is one


def test_nobody_is_a_scene_without_a_main_person():
    scene = Scene(FOOTAGE)
    assert len(scene) == 0
    assert scene.mapped(pytest.fail) is not scene
    with pytest.raises(NoPersonError, match=r"street\.mp4: no person in 6 frames"):
        scene.main  # noqa: B018


def test_a_part_has_the_frames_and_people_of_its_time():
    middle = SCENE.part(1, 3)
    np.testing.assert_array_equal(middle.footage.time_s, TIMES[1:3])
    assert middle.footage.replaced(time_s=TIMES).source == "street.mp4"
    assert [(track.id, track.first_frame, len(track.clip)) for track in middle.tracks] == [(3, 0, 2), (1, 1, 1)]
    for track, whole in zip(middle.tracks, SCENE.tracks, strict=True):
        first = 1 + track.first_frame - whole.first_frame
        for name in ("joints_px", "confidence", "valid", "filled", "time_s"):
            np.testing.assert_array_equal(
                getattr(track.clip, name), getattr(whole.clip, name)[first : first + len(track.clip)]
            )
        assert track.clip.joints_root_mm is None
    assert [track.id for track in SCENE.part(5, 6).tracks] == [3]
    assert len(SCENE.part(2, 2).footage) == 0


def test_a_function_of_clips_reaches_everybody():
    moved = SCENE.mapped(lambda clip: clip.replaced(joints_px=clip.joints_px + 1))
    assert [(track.id, track.first_frame) for track in moved.tracks] == [(3, 0), (1, 2)]
    for before, after in zip(SCENE.tracks, moved.tracks, strict=True):
        np.testing.assert_array_equal(after.clip.joints_px, before.clip.joints_px + 1)
    with pytest.raises(ShapeError, match=r"track 3: frame 2: expected the footage's 0\.15 s, got 0\.2"):
        SCENE.mapped(lambda clip: clip.replaced(fps=clip.fps))


def test_a_camera_is_everybodys():
    camera = Camera.guessed((640, 480))
    scene = SCENE.with_camera(camera)
    assert [scene.footage.camera, *(track.clip.camera for track in scene.tracks)] == [camera] * 3
    assert SCENE.footage.camera is None


@pytest.mark.parametrize(
    ("tracks", "message"),
    [
        (
            [Track(4, 0, walker(0, 3)), Track(1, 0, walker(0, 1)), Track(4, 3, walker(3, 6))],
            "two tracks have the id 4",
        ),
        ([Track(1, 1, walker(0, 6))], "track 1: expected frames of 0 to 5, got 1 to 6"),
        ([Track(1, -1, walker(0, 6))], "track 1: expected frames of 0 to 5, got -1 to 4"),
        ([Track(8, 0, walker(1, 3))], "track 8: frame 0: expected the footage's 0.0 s, got 0.1"),
    ],
)
def test_tracks_that_do_not_fit_are_refused(tracks, message):
    with pytest.raises(ShapeError, match=message):
        Scene(FOOTAGE, tuple(tracks))


def test_how_it_was_made_stays_with_a_scene():
    footage = Footage.regular(4, 25)
    scene = Scene(footage, about={"model": "video", "cutoff_hz": 6.0})
    assert scene.part(1, 3).about == scene.replaced(footage=footage.noted("dark")).about == scene.about
