"""What is wanted of a scene is what the tracker tells frame by frame."""

import numpy as np
import pytest

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.data.scene import Scene
from poselift.errors import NoPersonError
from poselift.skeleton import COCO_17
from poselift.tracking import track
from poselift.tracking.people import PeopleTracker
from poselift.tracking.wanted import check_somebody, wanted
from poselift.tracking.who import EVERYBODY, Who

FPS = 25


@pytest.fixture
def frames(walking):
    walkers = [
        walking.Walker((-1200, 4500), (500, 0)),
        walking.Walker((1000, 6000), (-500, 0), from_s=0.4),
        walking.Walker((0, 9000), from_s=2),
    ]
    return walking.filmed(walkers, 4, FPS)


@pytest.mark.parametrize(
    "who", [Who(people=1), Who(people=2), Who(person="leftmost"), Who(person="nearest-center"), Who(person=2)]
)
def test_a_scene_is_asked_as_the_tracker_is(frames, walking, who):
    footage = Footage.regular(len(frames), FPS, size_px=walking.SIZE_PX)
    detections = Detections.of(footage, COCO_17, [[d for _, d in found] for found in frames])
    told = walking.pushed(frames, FPS, tracker=PeopleTracker(COCO_17, walking.SIZE_PX, who))
    scene = track(detections, "people", who)
    assert 0 < len(scene) < 3
    assert {t.id for t in scene.tracks} == {person for frame in told for _, person in frame}
    for one in scene.tracks:
        seen = [n for n, frame in enumerate(told) if one.id in {person for _, person in frame}]
        assert (one.first_frame + np.flatnonzero(one.clip.valid)).tolist() == seen


def test_everybody_is_the_scene_itself_and_nobody_stays_nobody():
    scene = Scene(Footage.regular(3, 25))
    assert wanted(scene, EVERYBODY) is scene
    assert len(wanted(scene, Who(people=1))) == 0


def test_nobody_is_told_apart_from_nobody_who_is_wanted():
    nobody = Scene(Footage.regular(4, FPS))
    with pytest.raises(NoPersonError, match=r"a\.mp4: nobody is seen long enough in 4 frames"):
        check_somebody(nobody, "a.mp4", EVERYBODY)
    with pytest.raises(NoPersonError, match=r"a\.mp4: the person who is wanted is in none of 4 frames"):
        check_somebody(nobody, "a.mp4", Who(person=7))
