import numpy as np
import pytest

from poselift.data.clip import Keypoints
from poselift.data.detections import Detections
from poselift.data.footage import Footage
from poselift.errors import ShapeError
from poselift.skeleton import H36M_17

FOOTAGE = Footage.regular(4, 25)
FRAME = np.array([0, 0, 2, 3, 3, 3])


def detections(**changes):
    rng = np.random.default_rng(0)
    values = {"frame": FRAME, "joints_px": rng.normal(size=(6, 17, 2)), "confidence": rng.random((6, 17))}
    return Detections(FOOTAGE, H36M_17, **{**values, **changes})


def test_a_frame_holds_its_rows():
    found = detections(track_id=np.array([4, 7, 4, 7, 4, 1]))
    assert [range(6)[found.in_frame(i)] for i in range(4)] == [range(0, 2), range(2, 2), range(2, 3), range(3, 6)]
    assert found.track_id[found.in_frame(3)].tolist() == [7, 4, 1]
    assert len(found) == 6


def test_lists_of_people_become_rows():
    rng = np.random.default_rng(0)
    found = [
        [Keypoints(rng.normal(size=(17, 2)).astype(np.float32), rng.random(17)) for _ in range(n)]
        for n in (2, 0, 1, 3)
    ]
    rows = Detections.of(FOOTAGE, H36M_17, found)
    np.testing.assert_array_equal(rows.frame, FRAME)
    for frame, people in enumerate(found):
        for row, person in zip(range(6)[rows.in_frame(frame)], people, strict=True):
            np.testing.assert_array_equal(rows.joints_px[row], person.joints_px)
            np.testing.assert_array_equal(rows.confidence[row], person.confidence)
    assert rows.joints_px.dtype == np.float32
    assert rows.track_id is None


def test_nobody_is_no_rows():
    nobody = Detections.of(FOOTAGE, H36M_17, [[], [], [], []])
    assert len(nobody) == 0
    assert nobody.in_frame(2) == slice(0, 0)


def test_they_do_not_change_with_the_callers_arrays():
    frame = FRAME.copy()
    found = detections(frame=frame)
    frame[0] = 3
    assert found.frame[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        found.confidence[0] = 1


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frame": np.array([0, 0, 3, 2, 3, 3])}, "row 3: expected 3 or more, got 2"),
        ({"frame": np.array([0, 0, 3, 2, 3, 3], dtype=np.uint8)}, "row 3: expected 3 or more, got 2"),
        ({"frame": np.array([0, 0, 2, 3, 3, 4])}, "row 5: expected a frame of 0 to 3, got 4"),
        ({"frame": np.array([-1, 0, 2, 3, 3, 3])}, "row 0: expected a frame of 0 to 3, got -1"),
        ({"frame": FRAME.astype(float)}, "frame: .* whole numbers"),
        ({"frame": FRAME[:5]}, r"joints_px: expected \(5, 17, 2\)"),
        ({"joints_px": np.zeros((6, 16, 2))}, r"joints_px: expected \(6, 17, 2\) .* h36m17, got \(6, 16, 2\)"),
        ({"confidence": np.zeros((6, 1))}, "confidence"),
        ({"track_id": np.array([1, 2, 1, 1, 2])}, "track_id: expected"),
        ({"track_id": np.array([1, 2, 1, 5, 1, 5])}, "frame 3 holds id 5 twice"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    with pytest.raises(ShapeError, match=message):
        detections(**changes)


def test_every_frame_has_its_list():
    with pytest.raises(ShapeError, match="a list for each of 4 frames, got 3"):
        Detections.of(FOOTAGE, H36M_17, [[], [], []])
