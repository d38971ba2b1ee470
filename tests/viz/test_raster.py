import numpy as np
import pytest

from poselift.viz.raster import Raster, rgb_to_i420, rgb_to_yuv


def test_brightness_and_colours_are_those_of_hd_television():
    black, white, red, blue = rgb_to_yuv(np.array([[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 0, 255]]))
    np.testing.assert_allclose(black, [16, 128, 128])
    np.testing.assert_allclose(white, [235, 128, 128])
    np.testing.assert_allclose(red[[0, 2]], [16 + 219 * 0.2126, 240])
    np.testing.assert_allclose(blue[:2], [16 + 219 * 0.0722, 240])


def test_what_becomes_i420_is_what_the_formula_says():
    colour = (200, 90, 40)
    array = rgb_to_i420(np.full((8, 12, 3), colour, np.uint8), (12, 8))
    assert array.shape == (12, 12)
    raster = Raster.of_i420(array)
    for plane, ink in zip(raster.planes, ([0], [0, 1]), strict=True):
        expected = np.array(plane.ink(colour))[ink]
        values = plane.pixels.reshape(-1, 3)[:, ink] if plane.pixels.ndim == 3 else plane.pixels.reshape(-1, 1)
        np.testing.assert_allclose(values.astype(int), np.broadcast_to(expected, values.shape), atol=2)


def test_i420_comes_apart_into_brightness_and_two_colours():
    array = np.arange(6 * 4, dtype=np.uint8).reshape(6, 4)
    raster = Raster.of_i420(array)
    assert raster.size_px == (4, 4)
    brightness, colour = (plane.pixels for plane in raster.planes)
    np.testing.assert_array_equal(brightness, array[:4])
    np.testing.assert_array_equal(colour[..., 0].ravel(), array[4])
    np.testing.assert_array_equal(colour[..., 1].ravel(), array[5])


@pytest.mark.parametrize("size_px", [(30, 40), (6, 2)])
def test_a_shade_is_the_same_in_both_kinds(size_px):
    top, bottom = (200, 100, 50), (0, 20, 90)
    rgb = Raster.shaded(size_px, top, bottom, "rgb")
    assert tuple(rgb.rgb()[0, 0]) == top
    assert tuple(rgb.rgb()[-1, -1]) == bottom
    brightness, colour = (plane.pixels.astype(int) for plane in Raster.shaded(size_px, top, bottom, "i420").planes)
    expected = rgb_to_yuv(rgb.rgb())
    np.testing.assert_allclose(brightness, expected[..., 0], atol=1)
    np.testing.assert_allclose(colour[..., :2], expected[::2, ::2, 1:], atol=1.5)


def test_a_copy_is_nobody_elses():
    raster = Raster.of_rgb(np.zeros((2, 2, 3), np.uint8))
    raster.copied().rgb()[:] = 9
    assert not raster.rgb().any()
