import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.joint_status import FILLED, GUESSED, SEEN
from poselift.errors import ShapeError, SkeletonError
from poselift.geometry import Camera, axis_rotation
from poselift.skeleton import BODY_21, COCO_17, H36M_17

F = 5


@pytest.fixture
def joints_px():
    return np.random.default_rng(0).uniform(0, 1000, (F, 17, 2)).astype(np.float32)


@pytest.fixture
def joints_root_mm():
    joints = np.random.default_rng(1).normal(size=(F, 17, 3)).astype(np.float32) * 300
    return joints - COCO_17.root_position(joints)


def test_a_clip_fills_in_what_follows_from_the_rest(joints_px):
    joints_px[2, 3] = np.nan
    clip = Clip(COCO_17, 25, joints_px=joints_px)
    assert len(clip) == F
    assert clip.frames.tolist() == [0, 1, 2, 3, 4]
    assert clip.valid.all()
    assert not clip.filled.any()
    assert clip.confidence[2, 3] == 0
    assert clip.confidence.sum() == F * 17 - 1


def test_a_clip_cannot_be_changed_and_does_not_change_with_the_callers_arrays(joints_px):
    before = joints_px.copy()
    clip = Clip(COCO_17, 25, joints_px=joints_px)
    joints_px[:] = 0  # still the caller's, and writable
    np.testing.assert_array_equal(clip.joints_px, before)
    with pytest.raises(ValueError, match="read-only"):
        clip.joints_px[0] = 1
    with pytest.raises(AttributeError):
        clip.fps = 50


def test_replacing_a_field_shares_the_other_arrays(joints_px):
    clip = Clip(COCO_17, 25, joints_px=joints_px)
    other = clip.replaced(fps=50.0)
    assert (clip.fps, other.fps) == (25, 50)
    assert other.joints_px is clip.joints_px


def test_converting_keeps_times_places_and_the_root(joints_px, joints_root_mm):
    root_cam_mm = np.full((F, 3), 3000, dtype=np.float32)
    valid = np.array([True, True, False, True, True])
    clip = Clip(COCO_17, 25, joints_px, valid=valid, joints_root_mm=joints_root_mm, root_cam_mm=root_cam_mm)
    converted = clip.converted(H36M_17)
    assert converted.skeleton == H36M_17
    np.testing.assert_array_equal(converted.valid, valid)
    wrist = H36M_17.index("left_wrist"), COCO_17.index("left_wrist")
    np.testing.assert_array_equal(converted.joints_px[:, wrist[0]], joints_px[:, wrist[1]])
    np.testing.assert_allclose(converted.joints_cam_mm[:, wrist[0]], clip.joints_cam_mm[:, wrist[1]])
    np.testing.assert_allclose(H36M_17.root_position(converted.joints_root_mm), 0, atol=1e-4)
    with pytest.raises(SkeletonError):
        converted.converted(COCO_17)


def test_a_missing_joint_makes_its_means_missing(joints_px):
    confidence = np.ones((F, 17), dtype=np.float32)
    confidence[:, COCO_17.index("left_hip")] = 0
    converted = Clip(COCO_17, 25, joints_px, confidence).converted(H36M_17)
    missing = {H36M_17.joints[j] for j in np.flatnonzero(converted.confidence[0] == 0)}
    assert missing == {"pelvis", "spine", "left_hip"}


def test_joints_that_nothing_stands_for_are_missing_in_2d_and_refused_in_3d(joints_px, joints_root_mm):
    converted = Clip(COCO_17, 25, joints_px).converted(BODY_21)
    feet = BODY_21.indices(("left_toe", "right_toe", "left_heel", "right_heel"))
    assert {*np.flatnonzero(converted.confidence[0] == 0)} == set(feet)
    with pytest.raises(SkeletonError, match="left_heel"):
        Clip(COCO_17, 25, joints_px, joints_root_mm=joints_root_mm).converted(BODY_21)


def test_joints_in_camera_axes_are_the_root_and_the_joints_around_it(joints_root_mm):
    clip = Clip(COCO_17, 25, joints_root_mm=joints_root_mm, root_cam_mm=np.full((F, 3), [0.0, 0, 4000]))
    np.testing.assert_allclose(COCO_17.root_position(clip.joints_cam_mm)[:, 0], clip.root_cam_mm, atol=1e-3)
    assert clip.confidence is None
    with pytest.raises(ShapeError, match="root position"):
        Clip(COCO_17, 25, joints_root_mm=joints_root_mm).joints_cam_mm  # noqa: B018


@pytest.mark.usefixtures("unchecked_shapes")
class TestRefusals:
    def test_whole_numbers_become_floating_ones(self, joints_px):
        clip = Clip(COCO_17, 25, joints_px=joints_px.astype(int))
        assert clip.joints_px.dtype == np.float64
        assert Clip(COCO_17, 25, joints_px=joints_px.astype(np.uint8)).joints_px.dtype == np.float32

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"joints_px": None}, "joints_px or joints_root_mm"),
            ({"joints_px": np.zeros((F, 16, 2))}, r"joints_px: expected \(5, 17, 2\) .* coco17, got \(5, 16, 2\)"),
            ({"confidence": np.zeros((F, 16))}, "confidence: expected"),
            ({"joints_root_mm": np.zeros((F + 1, 17, 3))}, "joints_root_mm: expected"),
            ({"root_cam_mm": np.zeros((F, 17, 3))}, "root_cam_mm: expected"),
            ({"valid": np.ones(F, dtype=int)}, "valid: expected true or false, got int64"),
            ({"filled": np.ones(F)}, "filled: expected true or false"),
            ({"joints_px": np.full((F, 17, 2), "a")}, "joints_px: expected numbers"),
            ({"joints_px": np.full((F, 17, 2), None)}, "joints_px: expected numbers"),
            ({"fps": 0}, "fps: expected a positive number, got 0"),
            ({"fps": np.nan}, "fps"),
            ({"size_px": (1920, 0)}, r"size_px: expected positive .* got \(1920, 0\)"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, joints_px, change, message):
        with pytest.raises(ShapeError, match=message):
            Clip(**{"skeleton": COCO_17, "fps": 25, "joints_px": joints_px, **change})

    def test_a_replaced_field_is_checked_too(self, joints_px):
        with pytest.raises(ShapeError, match="valid"):
            Clip(COCO_17, 25, joints_px=joints_px).replaced(valid=np.ones(3, dtype=bool))


def test_the_camera_and_the_source_travel_along(joints_px):
    camera = Camera.guessed((1920, 1080))
    clip = Clip(COCO_17, 25, joints_px, size_px=(1920, 1080), camera=camera, source="a.json").converted(H36M_17)
    assert (clip.camera, clip.source, clip.size_px) == (camera, "a.json", (1920, 1080))


class TestTimes:
    def test_the_times_of_a_clip_default_to_its_rate(self, joints_px):
        np.testing.assert_array_equal(Clip(COCO_17, 29.97, joints_px=joints_px).time_s, np.arange(F) / 29.97)

    def test_times_are_kept_by_all_that_changes_something_else(self, joints_px):
        times = np.array([1, 1.1, 1.5, 2, 3])
        clip = Clip(COCO_17, 25, joints_px=joints_px, time_s=times)
        np.testing.assert_array_equal(clip.converted(H36M_17).replaced(source="b").time_s, times)

    def test_frames_are_counted_at_the_nominal_rate(self, joints_px):
        regular = Clip(COCO_17, 29.97, joints_px=joints_px, time_s=np.arange(7, 7 + F) / 29.97)
        assert regular.nominal_frames.tolist() == [0, 1, 2, 3, 4]
        late = regular.replaced(fps=10.0, time_s=np.array([3, 3.1, 3.25, 3.3, 4]))
        np.testing.assert_allclose(late.nominal_frames, [0, 1, 2.5, 3, 10])

    def test_another_rate_makes_the_times_anew(self, joints_px):
        clip = Clip(COCO_17, 25, joints_px=joints_px)
        np.testing.assert_array_equal(clip.replaced(fps=50.0).time_s, np.arange(F) / 50)

    @pytest.mark.usefixtures("unchecked_shapes")
    @pytest.mark.parametrize(
        ("time_s", "message"),
        [
            (np.arange(4.0), r"time_s: expected 5 numbers, got \(4,\)"),
            (np.array([0, 1, 2, 2, 3.0]), "time_s: frame 3: expected more than the 2.0 s"),
            (np.array([0, np.nan, 2, 3, 4]), "time_s: frame 1"),
        ],
    )
    def test_times_that_cannot_be_name_the_frame(self, joints_px, time_s, message):
        with pytest.raises(ShapeError, match=message):
            Clip(COCO_17, 25, joints_px=joints_px, time_s=time_s)


def test_each_joint_says_how_it_came_about(joints_px):
    confidence = np.ones((F, 17), dtype=np.float32)
    confidence[1, COCO_17.index("left_hip")] = 0
    clip = Clip(COCO_17, 25, joints_px, confidence, filled=np.array([True, False, False, False, False]))
    assert set(clip.joint_status[0]) == {FILLED}
    assert np.argwhere(clip.joint_status[1:] != SEEN).tolist() == [[0, COCO_17.index("left_hip")]]
    status = np.full((F, 17), SEEN, dtype=np.uint8)
    status[:, COCO_17.index("left_shoulder")] = FILLED
    status[:, COCO_17.index("left_hip")] = GUESSED
    converted = clip.replaced(joint_status=status).converted(H36M_17)
    assert converted.joint_status[0, H36M_17.indices(("thorax", "spine", "nose"))].tolist() == [FILLED, GUESSED, SEEN]
    assert clip.replaced(confidence=confidence * 0).joint_status.min() == GUESSED
    with pytest.raises(ShapeError, match="joint_status: expected 0 to 2, got 5"):
        clip.replaced(joint_status=status + np.uint8(3))


def test_the_world_is_that_of_the_camera(joints_root_mm):
    root_cam_mm = np.full((F, 3), 3000, dtype=np.float32)
    camera = Camera(np.full(2, 1000), np.full(2, 500), axis_rotation("X", 1.2), np.array([0, 0, 1500]))
    clip = Clip(COCO_17, 25, joints_root_mm=joints_root_mm, root_cam_mm=root_cam_mm, camera=camera)
    np.testing.assert_allclose(camera.world_to_camera(clip.joints_world_mm), clip.joints_cam_mm, atol=1e-2)
    with pytest.raises(ShapeError, match="no camera"):
        _ = clip.replaced(camera=None).joints_world_mm
