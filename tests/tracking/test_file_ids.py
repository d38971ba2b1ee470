import numpy as np
import pytest

from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.errors import ShapeError
from poselift.skeleton import H36M_17
from poselift.tracking.file_ids import by_file_ids

FOOTAGE = Footage(np.array([0, 0.1, 0.3, 0.4, 0.5, 0.9]), source="a.json")
FRAME = np.array([0, 1, 1, 2, 4, 4])
IDS = np.array([7, 3, 7, 3, 3, 9])


def detections(track_id=IDS):
    rng = np.random.default_rng(0)
    return Detections(FOOTAGE, H36M_17, FRAME, rng.normal(size=(6, 17, 2)), rng.random((6, 17)), track_id)


def test_every_id_is_a_track_from_its_first_frame_to_its_last():
    scene = by_file_ids(detections())
    assert [(t.id, t.first_frame, len(t.clip)) for t in scene.tracks] == [(3, 1, 4), (7, 0, 2), (9, 4, 1)]
    found = detections()
    for track in scene.tracks:
        rows = np.flatnonzero(track.id == IDS)
        seen = FRAME[rows] - track.first_frame
        assert np.flatnonzero(track.clip.valid).tolist() == seen.tolist()
        np.testing.assert_array_equal(track.clip.joints_px[seen], found.joints_px[rows])
        np.testing.assert_array_equal(track.clip.confidence[seen], found.confidence[rows])
        assert np.isnan(track.clip.joints_px[~track.clip.valid]).all()
        assert (track.clip.confidence[~track.clip.valid] == 0).all()
    assert scene.footage is FOOTAGE


def test_who_is_first_in_the_file_does_not_matter():
    """Rows of one frame in another order: the same people."""
    order = np.array([0, 2, 1, 3, 5, 4])
    found = detections()
    shuffled = Detections(FOOTAGE, H36M_17, FRAME, found.joints_px[order], found.confidence[order], IDS[order])
    for one, other in zip(by_file_ids(found).tracks, by_file_ids(shuffled).tracks, strict=True):
        assert one.id == other.id
        np.testing.assert_array_equal(one.clip.joints_px, other.clip.joints_px)


def test_without_ids_there_is_nothing_to_believe():
    with pytest.raises(ShapeError, match="no ids of their own") as error:
        by_file_ids(detections(track_id=None))
    assert error.value.hint
