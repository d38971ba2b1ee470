import numpy as np

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.geometry.camera import Camera
from poselift.skeleton import COCO_17
from poselift.tracking.rows import track_of


def test_rows_become_a_track_with_all_that_the_footage_says():
    footage = Footage(np.array([0, 1, 3, 4.0]), (64, 48), Camera.guessed((64, 48)), "a.json")
    joints_px = np.arange(3 * 17 * 2, dtype=np.float32).reshape(3, 17, 2)
    found = Detections(footage, COCO_17, np.array([0, 1, 3]), joints_px, np.full((3, 17), 0.5))
    track = track_of(found, np.array([1, 2]), track_id=8, first_frame=1, n_frames=3)
    clip = track.clip
    assert (track.id, track.first_frame, clip.skeleton, clip.fps) == (8, 1, COCO_17, footage.fps)
    assert clip.valid.tolist() == [True, False, True]
    np.testing.assert_array_equal(clip.joints_px[[0, 2]], joints_px[1:])
    assert np.isnan(clip.joints_px[1]).all()
    assert clip.joints_px.dtype == np.float32
    assert clip.confidence[:, 0].tolist() == [0.5, 0, 0.5]
    assert clip.time_s.tolist() == [1, 3, 4]
    assert (clip.size_px, clip.camera, clip.source) == (footage.size_px, footage.camera, "a.json")
