import numpy as np
import pytest

from poselift.data.clip import Clip
from poselift.data.scene import Scene, Track
from poselift.geometry.camera import Camera
from poselift.geometry.rotation import axis_rotation
from poselift.skeleton.skeleton import Skeleton
from poselift.viz.upright import camera_to_stage, up_direction_cam


def _up(pitch_deg: float) -> np.ndarray:
    pitch = np.radians(pitch_deg)
    return np.array([0, -np.cos(pitch), -np.sin(pitch)])


def _between_deg(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b, -1, 1))))


@pytest.mark.parametrize("pitch_deg", [-20, 0, 12, 35])
@pytest.mark.parametrize("heading_deg", [0, 90, 200])
def test_a_walker_before_a_pitched_camera_stands_straight(walk, pitch_deg, heading_deg):
    clip = walk(100, pitch_deg=pitch_deg, heading_deg=heading_deg)
    assert _between_deg(up_direction_cam(Scene.of(clip)), _up(pitch_deg)) < 3


def test_wild_and_invalid_frames_do_not_tilt_it(walk):
    clip = walk(100, pitch_deg=20)
    joints, valid = clip.joints_root_mm.copy(), np.ones(100, bool)
    joints[:20] = joints[:20] @ axis_rotation("X", np.radians(-50)).T
    joints[20:40], valid[20:40] = np.nan, False
    tilted = up_direction_cam(Scene.of(clip.replaced(joints_root_mm=joints, valid=valid)))
    assert _between_deg(tilted, _up(20)) < 4


def test_a_camera_that_rolls_is_seen_too(walk):
    clip = walk(100, pitch_deg=10)
    rolled = clip.replaced(joints_root_mm=clip.joints_root_mm @ axis_rotation("Z", 0.15).T)
    assert _between_deg(up_direction_cam(Scene.of(rolled)), axis_rotation("Z", 0.15) @ _up(10)) < 3


def test_nobody_who_stands_leaves_the_camera_level(walk):
    clip = walk(50, pitch_deg=0)
    lying = clip.replaced(joints_root_mm=clip.joints_root_mm @ axis_rotation("Z", np.pi / 2).T)
    nobody = clip.replaced(valid=np.zeros(50, bool))
    for level in (lying, nobody):
        np.testing.assert_array_equal(up_direction_cam(Scene.of(level)), [0, -1, 0])


def test_a_skeleton_without_a_conversion_leaves_the_camera_level():
    stick = Skeleton("stick", ("a", "b"), (("a", "b"),), ("a",), (), ())
    clip = Clip(stick, 25.0, joints_root_mm=np.array([[[0, 0, 0], [0, -900, 300.0]]]))
    np.testing.assert_array_equal(camera_to_stage(Scene.of(clip)), np.diag([1, -1, -1]))


def test_a_calibrated_camera_is_believed(walk):
    rotation = axis_rotation("X", np.radians(100)) @ axis_rotation("Z", 0.7)
    camera = Camera(np.full(2, 900.0), np.zeros(2), rotation=rotation)
    clip = walk(10, camera=camera)
    np.testing.assert_allclose(up_direction_cam(Scene.of(clip)), rotation @ [0, 0, 1])


@pytest.mark.parametrize("pitch_deg", [0, 30])
def test_the_stage_is_a_rotation_that_keeps_right_on_the_right(walk, pitch_deg):
    rotation = camera_to_stage(Scene.of(walk(20, pitch_deg=pitch_deg)))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    assert _between_deg(rotation[0], np.array([1.0, 0, 0])) < 3


def test_everybody_has_a_vote(walk, pair):
    scene = pair(60)
    tilted = walk(60, pitch_deg=30, time_s=scene.footage.time_s)
    lying = tilted.replaced(joints_root_mm=tilted.joints_root_mm @ axis_rotation("Z", np.pi / 2).T)
    stick = Skeleton("stick", ("a", "b"), (("a", "b"),), ("a",), (), ())
    wordless = Clip(stick, 50.0, joints_root_mm=np.ones((60, 2, 3)), time_s=scene.footage.time_s)

    def voted(*clips: Clip) -> np.ndarray:
        return up_direction_cam(scene.replaced(tracks=tuple(Track(n, 0, clip) for n, clip in enumerate(clips))))

    assert _between_deg(voted(tilted, lying, wordless), _up(30)) < 3
    level = walk(60, pitch_deg=0, time_s=scene.footage.time_s)
    assert 5 < _between_deg(voted(tilted, level), _up(0)) < 25
    np.testing.assert_array_equal(voted(), [0, -1, 0])
