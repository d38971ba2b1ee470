"""Offline is online."""

import numpy as np

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.geometry.camera import Camera
from poselift.skeleton import COCO_17
from poselift.tracking.everybody import everybody


def test_the_tracks_are_what_the_tracker_tells_with_all_that_the_footage_says(walking):
    walkers = [
        walking.Walker((-1200, 4500), (900, 0)),
        walking.Walker((1000, 6000), (-900, 0), from_s=0.5, until_s=2),
    ]
    frames = walking.filmed(walkers, 3, 25)
    told = walking.pushed(frames, 25)
    camera = Camera.guessed(walking.SIZE_PX)
    footage = Footage.regular(len(frames), 25, size_px=walking.SIZE_PX, camera=camera, source="a.mp4")
    scene = everybody(Detections.of(footage, COCO_17, [[d for _, d in found] for found in frames]))
    assert scene.footage is footage
    assert [t.id for t in scene.tracks] == [1, 2]
    for track in scene.tracks:
        seen = [n for n, frame in enumerate(told) if track.id in {person for _, person in frame}]
        assert (track.first_frame + np.flatnonzero(track.clip.valid)).tolist() == seen
        assert (track.first_frame, len(track.clip)) == (seen[0], seen[-1] - seen[0] + 1)
        for n in seen:
            walker = next(w for w, person in told[n] if person == track.id)
            person = next(d for w, d in frames[n] if w == walker)
            np.testing.assert_array_equal(track.clip.joints_px[n - seen[0]], person.joints_px)
        assert (track.clip.camera, track.clip.source, track.clip.fps) == (camera, "a.mp4", 25.0)


def test_nobody_is_a_scene_without_people():
    assert len(everybody(Detections.of(Footage.regular(3, 25), COCO_17, [[], [], []]))) == 0
