from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from poselift.errors import GeometryError, ShapeError
from poselift.geometry import Camera, euler_rotation


def number(low, high):
    return st.floats(low, high, allow_subnormal=False)


# What proper cameras are made of whose lens draws each point in view once. The camera itself is made inside the test:
# the type checker draws random numbers, which hypothesis forbids while it draws its own.
cameras = st.fixed_dictionaries(
    {
        "focal_px": arrays(float, 2, elements=number(200, 3000)),
        "center_px": arrays(float, 2, elements=number(0, 2000)),
        "angles_rad": arrays(float, 3, elements=number(-3, 3)),
        "position_mm": arrays(float, 3, elements=number(-1e4, 1e4)),
        "radial": st.tuples(number(-0.25, 0.3), number(0, 0.2), number(0, 0.02)),
        "tangential": arrays(float, 2, elements=number(-0.005, 0.005)),
    }
)


def camera_of(drawn):
    values = {name: np.asarray(value) for name, value in drawn.items() if name != "angles_rad"}
    return Camera(rotation=euler_rotation("ZYX", drawn["angles_rad"]), **values)


# Points in camera axes within 35 degrees of the optical axis.
in_view = st.builds(
    lambda plane, depth: np.concatenate([plane * depth[:, None], depth[:, None]], axis=1),
    arrays(float, (4, 2), elements=number(-0.5, 0.5)),
    arrays(float, 4, elements=number(100, 1e5)),
)


@given(cameras, in_view)
def test_world_to_camera_and_back(drawn, points_cam_mm):
    camera = camera_of(drawn)
    world = camera.camera_to_world(points_cam_mm)
    np.testing.assert_allclose(camera.world_to_camera(world), points_cam_mm, rtol=1e-9, atol=1e-6)


@given(cameras, in_view)
def test_camera_to_image_and_back(drawn, points_cam_mm):
    camera = camera_of(drawn)
    points_px = camera.camera_to_image(points_cam_mm)
    np.testing.assert_allclose(
        camera.image_to_camera(points_px, points_cam_mm[:, 2]), points_cam_mm, rtol=1e-8, atol=1e-5
    )


@given(cameras)
def test_the_optical_centre_is_the_origin_and_the_axes_are_the_rows_of_the_rotation(drawn):
    camera = camera_of(drawn)
    np.testing.assert_allclose(camera.world_to_camera(camera.position_mm), 0, atol=1e-9)
    ahead = camera.position_mm + 1000 * camera.rotation[2]
    np.testing.assert_allclose(camera.world_to_camera(ahead), [0, 0, 1000], atol=1e-8)
    np.testing.assert_allclose(camera.camera_to_image(np.array([0.0, 0, 1])), camera.center_px)


def test_x_is_right_y_is_down_and_up_in_the_world_is_up_in_the_image(camera):
    centre, right, up = camera.camera_to_image(
        camera.world_to_camera(np.array([[0.0, 0, 1500], [100, 0, 1500], [0, 0, 1600]]))
    )
    assert right[0] > centre[0] + 10
    assert up[1] < centre[1] - 10


def test_projection_agrees_with_opencv(camera):
    world = np.array([[0.0, 0, 0], [1500, 1500, 2000], [-1500, -1500, 0], [-900, 700, 1700], [1200, -1400, 300]])
    # OpenCV 5.0 moves points by R X + t, and orders the coefficients k1 k2 p1 p2 k3:
    # cv2.projectPoints(world, cv2.Rodrigues(rotation)[0], -rotation @ position_mm, matrix, [k1, k2, p1, p2, k3])
    expected = [
        [512.3751128, 852.582649133522],
        [773.498400726154, 428.46333766571144],
        [41.93079854318472, 984.4868282940417],
        [332.5432381386314, 475.4787920052039],
        [880.2279636351166, 882.9080742057613],
    ]
    points_px = camera.camera_to_image(camera.world_to_camera(world))
    np.testing.assert_allclose(points_px, expected, atol=1e-6)


@pytest.mark.parametrize("depth_mm", [0.0, -1.0])
def test_a_point_at_or_behind_the_camera_is_an_error_or_flagged(camera, depth_mm):
    points = np.array([[10.0, 20, 3000], [10, 20, depth_mm]])
    with pytest.raises(GeometryError, match="1 of 2 points"):
        camera.camera_to_image(points)
    points_px, in_front = camera.camera_to_image_flagged(points)
    assert in_front.tolist() == [True, False]
    assert np.isfinite(points_px[0]).all()
    assert np.isnan(points_px[1]).all()


def test_missing_points_stay_missing(camera):
    points = np.array([[10.0, 20, 3000], [np.nan] * 3])
    points_px = camera.camera_to_image(points)
    assert np.isnan(points_px).tolist() == [[False] * 2, [True] * 2]
    assert camera.camera_to_image_flagged(points)[1].tolist() == [True, False]
    np.testing.assert_allclose(camera.image_to_camera(points_px, 3000.0)[0], points[0])
    assert np.isnan(camera.image_to_plane(np.full((3, 2), np.nan))).all()


def test_all_points_at_one_depth(camera):
    points = camera.image_to_camera(np.array([[100.0, 200], [300, 400]]), 2500.0)
    np.testing.assert_array_equal(points[:, 2], 2500)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_results_have_the_type_of_the_points(camera, kind):
    points = np.array([[10, 20, 3000], [-300, 100, 4000]], dtype=kind)
    image = camera.camera_to_image(points)
    results = [
        camera.world_to_camera(points),
        camera.camera_to_world(points),
        image,
        camera.image_to_plane(image),
        camera.image_to_camera(image, points[:, 2]),
        camera.without_distortion().image_to_plane(image),
    ]
    assert {r.dtype for r in results} == {np.dtype(kind)}
    np.testing.assert_allclose(results[4], points, atol=1e-2)


def test_without_distortion_the_lens_is_ideal(camera):
    points = np.array([[600.0, -900, 3000]])
    ideal = points[:, :2] / points[:, 2:] * camera.focal_px + camera.center_px
    np.testing.assert_allclose(camera.without_distortion().camera_to_image(points), ideal)
    assert np.abs(camera.camera_to_image(points) - ideal).max() > 1


def test_a_guessed_camera_sees_its_angle_across_the_longer_side():
    camera = Camera.guessed((1280, 720), fov_deg=60)
    left, right = camera.image_to_plane(np.array([[0.0, 360], [1280, 360]]))
    np.testing.assert_allclose(np.degrees(np.arctan([right[0], -left[0]])), 30)
    assert Camera.guessed((720, 1280), fov_deg=60).focal_px == pytest.approx(camera.focal_px)
    assert camera.size_px == (1280, 720)


@pytest.mark.parametrize(
    ("size_px", "fov_deg"), [((0, 720), 60), ((1280, -1), 60), ((1280, 720), 0), ((1280, 720), 180)]
)
def test_a_camera_cannot_be_guessed_from_nonsense(size_px, fov_deg):
    with pytest.raises(ShapeError, match="expected"):
        Camera.guessed(size_px, fov_deg=fov_deg)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"focal_px": np.zeros(2)}, "focal_px: expected positive"),
        ({"focal_px": np.ones(3)}, r"focal_px: expected shape \(2,\), got \(3,\)"),
        ({"position_mm": np.array([0, np.nan, 0])}, "position_mm: expected finite"),
        ({"rotation": np.eye(3) * 2}, "proper rotation"),
        ({"rotation": np.diag([1.0, 1, -1])}, "proper rotation"),
    ],
)
def test_a_camera_that_cannot_be_is_refused(change, message):
    with pytest.raises(ShapeError, match=message):
        Camera(**{"focal_px": np.full(2, 1000.0), "center_px": np.zeros(2), **change})


def test_a_camera_keeps_its_own_copy_of_what_it_was_made_from():
    position = np.zeros(3)
    camera = Camera(np.full(2, 1000.0), np.zeros(2), position_mm=position)
    position[0] = 99
    assert camera.position_mm[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        camera.position_mm[0] = 1


@pytest.mark.usefixtures("unchecked_shapes")
def test_points_of_the_wrong_dimension_are_refused(camera):
    with pytest.raises(ShapeError, match=r"points_cam_mm: expected shape \(\.\.\., 3\), got \(5, 2\)"):
        camera.camera_to_image(np.zeros((5, 2)))
    with pytest.raises(ShapeError, match="points_px"):
        camera.image_to_plane(np.zeros((5, 3)))


def test_pixels_lie_in_the_image_up_to_its_borders(camera):
    sized = replace(camera, size_px=(640, 480))
    points_px = np.array([[0.0, 0], [640, 480], [640.5, 10], [10, -0.5], [np.nan, 10]])
    assert sized.in_image(points_px).tolist() == [True, True, False, False, False]
    assert replace(camera, size_px=None).in_image(points_px).tolist() == [True] * 4 + [False]


def test_a_picture_made_smaller_is_seen_by_the_same_camera_resized():
    camera = Camera(np.array([1000.0, 1010]), np.array([950.0, 530]), size_px=(1920, 1080))
    half = camera.resized((960, 540))
    points = np.array([[100.0, -200, 3000]])
    np.testing.assert_allclose(half.camera_to_image(points), camera.camera_to_image(points) / 2)
    assert half.size_px == (960, 540)
    with pytest.raises(ShapeError, match="expected a picture of 1920x1080 or of the same shape, got 1080x1920"):
        camera.resized((1080, 1920))
    with pytest.raises(ShapeError, match="expected to know its size"):
        Camera(np.ones(2), np.ones(2)).resized((4, 3))
