import numpy as np
import pytest

from poselift.errors import GeometryError
from poselift.geometry import distort, undistort

RADIAL, TANGENTIAL = np.array([-0.2076, 0.2477, -0.003]), np.array([-0.0009, -0.0016])
NONE = np.zeros(3), np.zeros(2)
# An action camera's barrel: it draws nothing beyond radius 0.63, which it reaches at 0.94.
BARREL = np.array([-0.38, 0.0, 0.0]), np.zeros(2)


@pytest.fixture
def grid():
    return np.stack(np.meshgrid(np.linspace(-0.6, 0.6, 13), np.linspace(-0.6, 0.6, 13)), axis=-1)


def test_undistorting_undoes_distorting(grid):
    np.testing.assert_allclose(undistort(distort(grid, RADIAL, TANGENTIAL), RADIAL, TANGENTIAL), grid, atol=1e-11)


def test_undistorting_reaches_the_rim_of_a_strong_lens():
    angle = np.linspace(0, 6, 20)
    rim = 0.92 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    np.testing.assert_allclose(undistort(distort(rim, *BARREL), *BARREL), rim, atol=1e-8)


def test_a_point_that_the_lens_cannot_draw_is_an_error():
    with pytest.raises(GeometryError, match="1 of 2 points"):
        undistort(np.array([[0.1, 0.2], [0.7, 0.0]]), *BARREL)


@pytest.mark.parametrize("radius", [0.71, 0.9, 1.2, 3.0, 160.0])
def test_no_point_behind_the_fold_is_taken_for_one_that_the_lens_draws(radius):
    """A lens with k1 = -0.3 draws up to radius 0.703; beyond its fold it would draw on the other side."""
    with pytest.raises(GeometryError):
        undistort(radius * np.array([[0.6, 0.8]]), np.array([-0.3, 0, 0]), np.zeros(2))


@pytest.mark.parametrize("radial", [BARREL[0], np.array([-0.5, 0.08, 0.0])], ids=["folds", "folds and unfolds"])
@pytest.mark.parametrize("tangential", [np.zeros(2), np.array([0.002, -0.003])])
def test_no_point_beyond_the_rim_comes_back_from_another_branch(radial, tangential):
    angle = np.linspace(0, 6, 20)
    for radius in (0.7, 1.0, 3.0, 30.0):
        beyond = radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        with pytest.raises(GeometryError, match="20 of 20 points"):
            undistort(beyond, radial, tangential)


def test_an_ideal_lens_changes_nothing_and_returns_a_new_array(grid):
    for function in (distort, undistort):
        result = function(grid, *NONE)
        np.testing.assert_array_equal(result, grid)
        assert not np.shares_memory(result, grid)


def test_the_terms_are_those_of_the_written_formula():
    x, y = 0.3, -0.2
    r2 = x * x + y * y
    scale = 1 - 0.2 * r2 + 0.1 * r2**2 + 0.05 * r2**3
    expected = [
        x * scale + 2 * 0.01 * x * y + 0.02 * (r2 + 2 * x * x),
        y * scale + 2 * 0.02 * x * y + 0.01 * (r2 + 2 * y * y),
    ]
    distorted = distort(np.array([x, y]), np.array([-0.2, 0.1, 0.05]), np.array([0.01, 0.02]))
    np.testing.assert_allclose(distorted, expected)


def test_missing_points_stay_missing_and_do_not_spoil_the_others(grid):
    points = grid.copy()
    points[3, 4] = np.nan
    result = undistort(distort(points, RADIAL, TANGENTIAL), RADIAL, TANGENTIAL)
    np.testing.assert_allclose(result, points, atol=1e-11)


def test_float32_stays_float32(grid):
    points = grid.astype(np.float32)
    assert distort(points, RADIAL, TANGENTIAL).dtype == np.float32
    assert undistort(points, RADIAL, TANGENTIAL).dtype == np.float32
    assert undistort(points, *NONE).dtype == np.float32


def test_no_points_give_no_points():
    assert undistort(np.zeros((0, 17, 2)), RADIAL, TANGENTIAL).shape == (0, 17, 2)
