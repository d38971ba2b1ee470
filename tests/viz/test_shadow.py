import numpy as np
import pytest

from poselift.viz.raster import Raster, rgb_to_i420
from poselift.viz.shadow import cast_shadow

POINTS = np.array([[60.0, 50], [140, 50]])
GREY = 200


def _shadowed(points_px: np.ndarray, width_px: float = 20) -> np.ndarray:
    raster = Raster.of_rgb(np.full((100, 200, 3), GREY, np.uint8))
    cast_shadow(raster, points_px, [(0, 1)], width_px)
    return raster.rgb().astype(int)


def test_it_is_dark_in_the_middle_and_soft_at_the_edge():
    image = _shadowed(POINTS)
    assert image[50, 100, 0] < 0.6 * GREY
    assert (image[20] == GREY).all()
    assert (image[50, :30] == GREY).all()
    assert np.abs(np.diff(image[:, 100, 0])).max() < 25
    assert (image[50, 60:140, 0] < GREY).all()


def test_what_is_nowhere_or_outside_casts_none():
    assert (_shadowed(np.full((2, 2), np.nan)) == GREY).all()
    assert (_shadowed(POINTS + np.array([500, 0])) == GREY).all()
    assert (_shadowed(POINTS - np.array([0, 500])) == GREY).all()
    assert (_shadowed(np.array([[60.0, 50], [np.nan, 50]])) == GREY).all()
    assert (_shadowed(POINTS + np.array([100, 0]))[50, 170:] < GREY).any()


def test_brightness_and_colour_apart_are_darkened_alike():
    image = np.full((100, 200, 3), (220, 120, 60), np.uint8)
    rgb, planes = Raster.of_rgb(image.copy()), Raster.of_i420(rgb_to_i420(image, (200, 100)).copy())
    for raster in (rgb, planes):
        cast_shadow(raster, POINTS, [(0, 1)], 20)
    expected = Raster.of_i420(rgb_to_i420(rgb.rgb(), (200, 100)))
    for one, other in zip(planes.planes, expected.planes, strict=True):
        for mine, its in zip(one.channels, other.channels, strict=True):
            assert np.abs(mine.astype(int) - its).max() <= 4


@pytest.mark.parametrize("width_px", [0.5, 2, 90])
def test_any_width_is_possible(width_px):
    assert (_shadowed(POINTS, width_px)[50, 100] < GREY).all()
