"""Laws of virtual cameras."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poselift.data.sources.virtual_cameras import ViewConfig, detected_by, draw_views
from poselift.errors import RecipeError, ShapeError
from poselift.geometry import procrustes_aligned
from poselift.geometry.camera import Camera
from poselift.skeleton import BODY_21, H36M_17, SKELETONS, Skeleton

PERFECT = ViewConfig().with_true_2d()
# A rigid, person-like cloud of joints; left and right on their sides, head on top.
SHAPE = {"pelvis": (0, 950), "hip": (120, 940), "knee": (120, 500), "ankle": (120, 90), "spine": (0, 1200)} | {
    "thorax": (0, 1430),
    "nose": (0, 1550),
    "head": (0, 1680),
    "shoulder": (180, 1410),
    "elbow": (220, 1130),
    "wrist": (240, 880),
}


def people(count: int = 500) -> np.ndarray:
    joints = np.zeros((count, 17, 3))
    for i, name in enumerate(H36M_17.joints):
        x, z = SHAPE[name.split("_")[-1]]
        joints[:, i] = (-x if name.startswith("left") else x, 0, z)
    return joints + np.random.default_rng(1).normal(0, 20, (count, 17, 3))


def views(config: ViewConfig, seed: int = 0):
    return draw_views(people(), H36M_17, config, np.random.default_rng(seed))


def arrays(seen):
    return seen.joints_cam_mm, seen.joints_plane, seen.confidence


def test_true_2d_is_the_projection():
    seen = views(PERFECT)
    np.testing.assert_allclose(seen.joints_plane, seen.joints_cam_mm[..., :2] / seen.joints_cam_mm[..., 2:])
    assert (seen.confidence > 0).all()


def test_cameras_move_bodies_rigidly():
    seen = views(PERFECT)
    np.testing.assert_allclose(
        procrustes_aligned(people(), seen.joints_cam_mm, scale=False), seen.joints_cam_mm, atol=1e-6
    )


def test_people_stand_upright_in_a_level_image():
    """Camera y points down: heads are above feet where camera pitch and roll are small."""
    level = PERFECT.replaced(height_mm=(0.0, 0.0), off_axis_rad=(0.0, 0.0), roll_rad=0.0)
    seen = views(level)
    head, ankle = (seen.joints_plane[:, H36M_17.index(j), 1] for j in ("head", "left_ankle"))
    assert (head < ankle).all()


def test_facing_the_camera_the_left_hand_is_on_the_right_of_the_image():
    seen = views(PERFECT.replaced(roll_rad=0.0))
    left, right = (seen.joints_cam_mm[:, H36M_17.index(f"{s}_shoulder")] for s in ("left", "right"))
    up = seen.joints_cam_mm[:, H36M_17.index("thorax")] - seen.joints_cam_mm[:, H36M_17.index("pelvis")]
    ahead = np.cross(left - right, up)
    ahead /= np.linalg.norm(ahead, axis=-1, keepdims=True)
    frontal = ahead[:, 2] < -0.8
    assert frontal.sum() > 20
    assert (left[frontal, 0] > right[frontal, 0]).all()


def test_nobody_is_behind_the_camera():
    near = ViewConfig().replaced(distance_mm=(100.0, 300.0))
    assert views(near).joints_cam_mm[..., 2].min() >= 399


def test_distance_and_height_are_as_asked():
    config = PERFECT.replaced(distance_mm=(4000.0, 4000.0), off_axis_rad=(0.0, 0.0))
    root = H36M_17.root_position(views(config).joints_cam_mm)[:, 0]
    np.testing.assert_allclose(np.linalg.norm(root, axis=-1), 4000, rtol=1e-9)
    np.testing.assert_allclose(root[:, :2], 0, atol=1e-6)


def test_the_same_seed_sees_the_same():
    for a, b in zip(arrays(views(ViewConfig(), 5)), arrays(views(ViewConfig(), 5)), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("distance_mm", (3000.0, 3000.0)),
        ("height_mm", (500.0, 500.0)),
        ("off_axis_rad", (0.5, 0.5)),
        ("roll_rad", 0.4),
        ("focal_guess", 0.3),
        ("definition_mm", 30.0),
        ("derived", 1.0),
        ("face_mm", 100.0),
        ("jitter", 0.05),
        ("hidden", 0.5),
        ("missing", 0.5),
        ("cut_off", 0.5),
        ("absent", 0.5),
        ("cropped", 1.0),
    ],
)
def test_each_setting_changes_the_views(name, value):
    plain = PERFECT.replaced(fov_deg=(20.0, 20.0))
    changed = draw_views(people(), H36M_17, plain.replaced(**{name: value}), np.random.default_rng(0))
    same = draw_views(people(), H36M_17, plain, np.random.default_rng(0))
    assert any(np.abs(a - b).max() > 1e-3 for a, b in zip(arrays(changed), arrays(same), strict=True))


@pytest.mark.parametrize("name", ["fov_deg", "aspect"])
def test_image_size_decides_what_is_cropped(name):
    wide, narrow = ({"fov_deg": (90.0, 90.0)}, {"fov_deg": (10.0, 10.0)})
    if name == "aspect":
        wide, narrow = ({"aspect": (1.0, 1.0)}, {"aspect": (4.0, 4.0)})
    seen = [views(PERFECT.replaced(cropped=1.0, **c)).confidence for c in (wide, narrow)]
    assert (seen[0] > 0).mean() > (seen[1] > 0).mean() + 0.02


def test_outliers_are_far_off():
    errors = [
        np.abs(views(PERFECT.replaced(jitter=0.02, outlier=o)).joints_plane - views(PERFECT).joints_plane)
        for o in (0, 1)
    ]
    assert np.median(errors[1]) > 3 * np.median(errors[0])


def test_confidence_knows_about_large_errors():
    config = PERFECT.replaced(jitter=0.02, hidden=0.3)
    seen = views(config)
    error = np.linalg.norm(seen.joints_plane - views(PERFECT).joints_plane, axis=-1)
    unsure = seen.confidence < 0.5
    assert error[unsure].mean() > 3 * error[~unsure].mean()


def test_derived_joints_are_means_and_as_sure_as_their_parts():
    seen = views(ViewConfig().replaced(derived=1.0, missing=0.1, cropped=0.0))
    hips = H36M_17.indices(("left_hip", "right_hip"))
    pelvis = H36M_17.index("pelvis")
    np.testing.assert_allclose(seen.joints_plane[:, pelvis], seen.joints_plane[:, hips].mean(axis=1))
    np.testing.assert_array_equal(seen.confidence[:, pelvis], seen.confidence[:, hips].min(axis=1))
    assert (seen.confidence[:, pelvis] == 0).mean() > 0.1


def test_every_pose_keeps_something_to_learn_from():
    seen = views(ViewConfig().replaced(missing=0.95))
    assert ((seen.confidence > 0).sum(axis=-1) >= 4).all()


@pytest.mark.parametrize(
    ("name", "value"), [("distance_mm", (3.0, 2.0)), ("missing", 1.5), ("jitter", -0.1), ("cropped", -1)]
)
def test_values_out_of_range_are_refused(name, value):
    with pytest.raises(RecipeError, match=rf"views\.{name}: expected"):
        ViewConfig(**{name: value})


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=SKELETONS)
def test_any_skeleton_is_seen(skeleton):
    joints = np.random.default_rng(0).normal(0, 400, (200, len(skeleton), 3))
    seen = draw_views(joints, skeleton, ViewConfig(), np.random.default_rng(1))
    assert all(np.isfinite(array).all() for array in arrays(seen))
    assert (seen.joints_cam_mm[..., 2] > 0).all()
    true = draw_views(joints, skeleton, PERFECT, np.random.default_rng(1))
    np.testing.assert_allclose(true.joints_plane, true.joints_cam_mm[..., :2] / true.joints_cam_mm[..., 2:])


def test_joints_of_other_names_are_defined_elsewhere_too_alike_on_both_sides():
    stick = Skeleton("stick", ("b", "l", "r"), (("b", "l"), ("b", "r")), ("b",), ("l",), ("r",))
    joints = np.full((2000, 3, 3), 1000.0)
    still = PERFECT.replaced(definition_mm=50.0, height_mm=(0.0, 0.0), off_axis_rad=(0.0, 0.0), roll_rad=0.0)
    seen = draw_views(joints, stick, still, np.random.default_rng(0))
    true = seen.joints_cam_mm[..., :2] / seen.joints_cam_mm[..., 2:]
    off = (seen.joints_plane - true) * seen.joints_cam_mm[..., 2:]
    assert 40 < off[:, 0, 1].std() < 60
    np.testing.assert_allclose(off[:, 1, 1], off[:, 2, 1], rtol=0.2, atol=1)  # both as high


# --- windows and pixels ---

WALK = np.cumsum(np.full((40, 30, 1, 1), 20.0), axis=1) * np.array([1.0, 0, 0])


def windows(config, seed=0, fps=50.0):
    return draw_views(people()[:40, None] + WALK, H36M_17, config, np.random.default_rng(seed), fps=fps)


def test_a_window_of_one_frame_is_a_pose():
    one, many = (
        draw_views(p, H36M_17, ViewConfig(), np.random.default_rng(1)) for p in (people()[:, None], people())
    )
    for a, b in zip(arrays(one), arrays(many), strict=True):
        np.testing.assert_array_equal(a[:, 0], b)


def test_a_window_is_seen_by_one_camera():
    seen = windows(PERFECT)
    bones = seen.joints_cam_mm[:, :, 1:] - seen.joints_cam_mm[:, :, :1]
    np.testing.assert_allclose(bones, np.repeat(bones[:, :1], 30, axis=1), atol=1e-6)
    steps = np.diff(seen.joints_cam_mm[:, :, 0], axis=1)
    np.testing.assert_allclose(steps, np.repeat(steps[:, :1], 29, axis=1), atol=1e-6)
    assert seen.joints_cam_mm[..., 2].min() > 300


def runs(states):
    """Mean length of the runs of true values along axis 1."""
    begins = states & ~np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
    return states.sum() / begins.sum()


@pytest.mark.parametrize(("seconds", "least", "most"), [(0.0, 1.0, 1.4), (0.2, 5.0, 9.0)])
def test_a_joint_that_is_not_reported_stays_so_for_a_while(seconds, least, most):
    off = PERFECT.replaced(missing=0.1, missing_s=seconds)
    missing = windows(off).confidence == 0
    assert missing.mean() == pytest.approx(0.1, abs=0.02)
    assert least < runs(missing) < most


def test_the_guess_of_a_hidden_joint_wanders_and_jitter_does_not():
    def step(config):
        error = windows(config).joints_plane - windows(PERFECT).joints_plane
        return np.linalg.norm(np.diff(error, axis=1), axis=-1).mean() / np.linalg.norm(error, axis=-1).mean()

    assert step(PERFECT.replaced(hidden=1.0, hidden_s=1.0)) < 0.5
    assert step(PERFECT.replaced(hidden=1.0, hidden_s=0.0)) > 1.2
    assert step(PERFECT.replaced(jitter=0.05)) > 1.2


def test_a_limb_that_is_cut_off_is_so_in_the_whole_window():
    missing = windows(PERFECT.replaced(cut_off=0.5)).confidence == 0
    assert missing.any()
    np.testing.assert_array_equal(missing, np.repeat(missing[:, :1], 30, axis=1))


def test_a_joint_that_is_absent_is_so_in_the_whole_window():
    missing = windows(PERFECT.replaced(absent=0.2)).confidence == 0
    np.testing.assert_array_equal(missing, np.repeat(missing[:, :1], 30, axis=1))
    assert 0.15 < missing.mean() < 0.25


FEET = ("left_toe", "right_toe", "left_heel", "right_heel")


def with_feet(count: int = 400) -> np.ndarray:
    joints = np.zeros((count, 21, 3))
    joints[:, :17] = people(count)
    for toe_or_heel in FEET:
        ahead = 180 if toe_or_heel.endswith("toe") else -60
        ankle = joints[:, H36M_17.index(f"{toe_or_heel.split('_')[0]}_ankle")]
        joints[:, BODY_21.index(toe_or_heel)] = ankle + np.array([0, ahead, -70])
    return joints


def test_a_detector_without_feet_reports_none_of_them_in_a_whole_window():
    windows = with_feet()[:, None].repeat(3, axis=1)
    seen = draw_views(windows, BODY_21, PERFECT.replaced(footless=0.4), np.random.default_rng(0)).confidence > 0
    feet = seen[:, :, BODY_21.indices(FEET)].reshape(len(seen), -1)
    assert (feet.all(axis=1) | ~feet.any(axis=1)).all()
    assert 0.3 < 1 - feet.all(axis=1).mean() < 0.5
    assert seen[:, :, :17].all()


def test_legs_that_are_cut_off_take_their_feet_along():
    seen = draw_views(with_feet(), BODY_21, PERFECT.replaced(cut_off=0.3), np.random.default_rng(0)).confidence > 0
    ankles = seen[:, BODY_21.index("left_ankle")]
    feet = seen[:, BODY_21.indices(FEET)]
    assert not feet[~ankles].any()
    # Feet alone are lost too.
    assert 0.6 < feet[ankles].all(axis=1).mean() < 0.8


def test_detectors_are_less_sure_of_toes_than_of_knees():
    seen = draw_views(with_feet(), BODY_21, PERFECT.replaced(jitter=0.02), np.random.default_rng(0))
    toe, knee = (seen.confidence[:, BODY_21.index(f"left_{j}")].mean() for j in ("toe", "knee"))
    assert toe < knee - 0.02


def test_pixels_are_those_of_the_true_camera_however_its_focal_length_is_guessed():
    guessed = windows(PERFECT.replaced(focal_guess=0.3))
    seen = guessed.seen(H36M_17)
    np.testing.assert_allclose(seen.joints_px, guessed.true_lens.camera_to_image(guessed.joints_cam_mm), atol=1e-6)
    assert np.ptp(guessed.lens.focal_px / guessed.true_lens.focal_px) > 0.3
    np.testing.assert_allclose(guessed.lens.size_px[:, 0], 1000)


def test_the_image_holds_who_is_not_cropped():
    seen = windows(PERFECT).seen(H36M_17)
    assert (seen.joints_px > -1e-6).all()
    assert (seen.joints_px < seen.lens.size_px[:, None, None] + 1e-6).all()


def test_of_a_missing_joint_nothing_is_left_to_see():
    seen = windows(ViewConfig(missing=0.3)).seen(H36M_17)
    assert (seen.joints_plane[seen.confidence == 0] == 0).all()


def test_a_known_camera_sees_the_projection_where_the_detector_makes_no_errors():
    camera = Camera(
        np.array([900.0, 910]), np.array([480.0, 330]), radial=np.array([-0.2, 0.05, 0]), size_px=(960, 640)
    )
    joints_cam_mm = people(30) @ np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]) + [0, 900, 4000]
    perfect = ViewConfig().with_true_2d()
    joints_px, confidence = detected_by(camera, joints_cam_mm, H36M_17, perfect, np.random.default_rng(0), fps=30)
    expected = camera.camera_to_image(joints_cam_mm)
    np.testing.assert_allclose(joints_px, expected, atol=1e-6)
    np.testing.assert_array_equal(confidence > 0, camera.in_image(expected))
    sizeless = replace(camera, size_px=None)
    with pytest.raises(ShapeError, match="expected the size of its image"):
        detected_by(sizeless, joints_cam_mm, H36M_17, perfect, np.random.default_rng(0), fps=30)


def test_a_joint_behind_a_known_camera_is_missing():
    camera = Camera(np.array([900.0, 900]), np.array([480.0, 320]), size_px=(960, 640))
    joints_cam_mm = people(3) + np.array([0.0, 0, 4000])
    joints_cam_mm[:, 5, 2] = -500
    joints_px, confidence = detected_by(
        camera, joints_cam_mm, H36M_17, ViewConfig(missing=0, derived=0), np.random.default_rng(0), fps=30
    )
    assert (confidence[:, 5] == 0).all()
    assert np.isfinite(joints_px).all()
