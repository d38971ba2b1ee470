import numpy as np
import pytest

from poselift.errors import GeometryError, ShapeError
from poselift.geometry import Camera, axis_rotation, triangulated


@pytest.fixture
def ring(camera):
    """Four distorting cameras around the origin, all looking at it."""
    cameras = []
    for angle in np.radians([0, 70, 150, 260]):
        turn = axis_rotation("Z", angle)
        cameras.append(
            Camera(
                focal_px=camera.focal_px,
                center_px=camera.center_px,
                rotation=camera.rotation @ turn.T,
                position_mm=turn @ camera.position_mm,
                radial=camera.radial,
                tangential=camera.tangential,
            )
        )
    return cameras


@pytest.fixture
def points():
    return np.random.default_rng(0).uniform([-800, -800, 0], [800, 800, 1900], (3, 17, 3))


@pytest.fixture
def views(ring, points):
    return np.stack([camera.camera_to_image(camera.world_to_camera(points)) for camera in ring])


@pytest.mark.parametrize("n_cameras", [2, 3, 4])
def test_points_come_back_from_their_projections(ring, points, views, n_cameras):
    np.testing.assert_allclose(triangulated(ring[:n_cameras], views[:n_cameras]), points, atol=1e-5)


def test_noise_in_the_image_is_noise_of_its_size_in_the_world(ring, points, views):
    noisy = views + np.random.default_rng(1).normal(size=views.shape)
    error = np.linalg.norm(triangulated(ring, noisy) - points, axis=-1)
    # One pixel is 4.4 mm at 5 m.
    assert 1 < error.mean() < 10


@pytest.mark.parametrize("wrong", [500.0, np.nan])
def test_a_view_without_weight_does_not_matter(ring, points, views, wrong):
    weights = np.ones(views.shape[:-1])
    weights[1, :, 4] = 0
    views[1, :, 4] = wrong
    np.testing.assert_allclose(triangulated(ring, views, weights), points, atol=1e-5)


def test_less_weight_on_a_wrong_view_is_less_error(ring, points, views):
    views[2] += 40
    weights = np.ones(views.shape[:-1])
    errors = []
    for weight in (1, 0.3, 0.01):
        weights[2] = weight
        errors.append(np.linalg.norm(triangulated(ring, views, weights) - points, axis=-1).mean())
    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_only_the_ratio_of_weights_counts(ring, points, views):
    views = views + np.random.default_rng(1).normal(size=views.shape)
    weights = np.random.default_rng(2).uniform(0.1, 1, views.shape[:-1])
    np.testing.assert_allclose(triangulated(ring, views, weights * 7), triangulated(ring, views, weights), atol=1e-6)


def test_the_order_of_the_cameras_does_not_matter(ring, views):
    noisy = views + np.random.default_rng(1).normal(size=views.shape)
    np.testing.assert_allclose(triangulated(ring[::-1], noisy[::-1]), triangulated(ring, noisy), atol=1e-6)


def test_one_point_alone(ring, points, views):
    np.testing.assert_allclose(triangulated(ring, views[:, 1, 5]), points[1, 5], atol=1e-5)


def test_fewer_than_two_views_of_a_point_are_an_error(ring, views):
    weights = np.ones(views.shape[:-1])
    weights[1:, 0, 0] = 0
    with pytest.raises(GeometryError, match="1 of 51 points"):
        triangulated(ring, views, weights)


def test_parallel_rays_are_an_error():
    near = Camera(np.full(2, 1000.0), np.zeros(2))
    far = Camera(np.full(2, 1000.0), np.zeros(2), position_mm=np.array([500.0, 0, 0]))
    with pytest.raises(GeometryError, match="parallel"):
        triangulated([near, far], np.zeros((2, 1, 2)))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda cameras, views, weights: (cameras[:1], views[:1], weights[:1]), "expected 1 >= 2 views"),
        (lambda cameras, views, weights: (cameras[:3], views, weights), "expected 3 >= 2 views"),
        (lambda cameras, views, weights: (cameras, views, weights[:3]), "weights: expected shape"),
        (lambda cameras, views, weights: (cameras, views, -weights), "weights: expected 0 or more"),
        (lambda cameras, views, weights: (cameras, views * np.nan, weights), "is NaN"),
    ],
)
@pytest.mark.usefixtures("unchecked_shapes")
def test_views_that_do_not_fit_are_refused(ring, views, spoil, message):
    with pytest.raises(ShapeError, match=message):
        triangulated(*spoil(ring, views, np.ones(views.shape[:-1])))
