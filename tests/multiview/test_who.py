"""Who of one camera is who of another."""

from __future__ import annotations

import numpy as np

from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.multiview.views import views_of
from poselift.multiview.who import how_far_apart, people_of_views
from poselift.skeleton import BODY_21

TIME_S = np.arange(60) / 30


def whose(view, people, cameras):
    """Which of the people a view shows, by its rays."""
    there = view.there
    towards = [joints[there] - cameras[view.camera].position_mm for joints in people]
    off = [np.linalg.norm(np.cross(t, view.direction[there]), axis=-1).mean() for t in towards]
    return int(np.argmin(off))


def test_each_person_has_a_view_of_every_camera(two_people, cameras, filmed):
    scenes = [filmed.scene(two_people, camera) for camera in cameras]
    people = people_of_views(views_of(scenes, cameras, [0.0] * 4, TIME_S), cameras, BODY_21)
    assert [len(person) for person in people] == [4, 4]
    shown = [{whose(view, two_people, cameras) for view in person} for person in people]
    assert sorted(map(tuple, shown)) == [(0,), (1,)]


def test_who_comes_back_in_one_camera_is_one_person(two_people, cameras, filmed):
    """The second camera has two tracks of somebody, one after the other."""
    parts = filmed.clip(two_people[0][:25], cameras[1]), filmed.clip(two_people[0][35:], cameras[1], first=35)
    footage = Footage.regular(60, 30)
    scenes = [
        Scene.of(filmed.clip(two_people[0], cameras[0])),
        Scene(footage, (Track(1, 0, parts[0]), Track(2, 35, parts[1]))),
    ]
    (person,) = people_of_views(views_of(scenes, cameras[:2], [0.0, 0.0], TIME_S), cameras, BODY_21)
    assert [(view.camera, view.track_id) for view in person] == [(0, 1), (1, 1), (1, 2)]


def test_whom_one_camera_alone_sees_stays_alone(two_people, cameras, filmed):
    scenes = [filmed.scene(two_people, cameras[0]), Scene.of(filmed.clip(two_people[1], cameras[1]))]
    people = people_of_views(views_of(scenes, cameras[:2], [0.0, 0.0], TIME_S), cameras, BODY_21)
    assert [len(person) for person in people] == [2, 1]
    assert whose(people[0][0], two_people, cameras) == 1


def test_exchanged_sides_do_not_part_a_person(two_people, cameras, filmed):
    first, second = (
        views_of([Scene.of(filmed.clip(two_people[0][:, order], camera))], [camera], [0.0], TIME_S)[0]
        for camera, order in ((cameras[0], slice(None)), (cameras[1], BODY_21.flip_permutation))
    )
    second = type(second)(**{**vars(second), "camera": 1})
    assert how_far_apart(first, second, cameras, BODY_21) < 0.01


def test_views_that_share_no_moment_are_apart(two_people, cameras, filmed):
    early, late = filmed.clip(two_people[0][:20], cameras[0]), filmed.clip(two_people[0][40:], cameras[1], first=40)
    scenes = [Scene(Footage.regular(60, 30), (Track(1, n, clip),)) for n, clip in ((0, early), (40, late))]
    views = views_of(scenes, cameras[:2], [0.0, 0.0], TIME_S)
    assert how_far_apart(*views, cameras, BODY_21) > 100
    assert len(people_of_views(views, cameras, BODY_21)) == 2
