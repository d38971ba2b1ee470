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
        for values, value in zip(plane.channels, expected, strict=True):
            np.testing.assert_allclose(values.astype(int), np.full(values.shape, value), atol=2)


def test_i420_comes_apart_into_brightness_and_two_colours():
    array = np.arange(6 * 4, dtype=np.uint8).reshape(6, 4)
    raster = Raster.of_i420(array)
    assert raster.size_px == (4, 4)
    (brightness,), (u, v) = (plane.channels for plane in raster.planes)
    np.testing.assert_array_equal(brightness, array[:4])
    np.testing.assert_array_equal(u.ravel(), array[4])
    np.testing.assert_array_equal(v.ravel(), array[5])


@pytest.mark.parametrize("size_px", [(30, 40), (6, 2)])
def test_a_shade_is_the_same_in_both_kinds(size_px):
    top, bottom = (200, 100, 50), (0, 20, 90)
    rgb = Raster.shaded(size_px, top, bottom, "rgb")
    assert tuple(rgb.rgb()[0, 0]) == top
    assert tuple(rgb.rgb()[-1, -1]) == bottom
    (brightness,), colour = (plane.channels for plane in Raster.shaded(size_px, top, bottom, "i420").planes)
    expected = rgb_to_yuv(rgb.rgb())
    np.testing.assert_allclose(brightness.astype(int), expected[..., 0], atol=1)
    np.testing.assert_allclose(np.stack(colour, axis=-1).astype(int), expected[::2, ::2, 1:], atol=1.5)


def test_a_part_is_of_the_same_picture():
    array = np.arange(12 * 6, dtype=np.uint8).reshape(12, 6)
    before = array.copy()
    (brightness,), (u, v) = (plane.channels for plane in Raster.of_i420(array).part((2, 4, 6, 8)).planes)
    np.testing.assert_array_equal(brightness, before[4:8, 2:6])
    np.testing.assert_array_equal(u, before[8:10].reshape(4, 3)[2:4, 1:3])
    v[:] = 99
    assert (array != before).sum() == 4
    assert (array[10:].reshape(4, 3)[2:4, 1:3] == 99).all()


def test_shown_is_copied():
    one, other = (Raster.of_i420(np.full((6, 4), value, np.uint8)) for value in (7, 50))
    one.show(other)
    other.planes[0].channels[0][:] = 0
    assert all((channel == 50).all() for plane in one.planes for channel in plane.channels)


@pytest.mark.parametrize(
    "raster", [Raster.of_rgb(np.zeros((4, 6, 3), np.uint8)), Raster.of_i420(np.zeros((6, 6), np.uint8))]
)
def test_what_is_packed_is_a_copy_that_can_be_put_back(raster):
    for plane in raster.planes:
        packed = plane.packed()
        packed[1, 2] = 200
        assert not any(channel.any() for channel in plane.channels)
        plane.put(packed)
        assert all((channel[1, 2] == 200).all() for channel in plane.channels)


def test_what_is_grey_leaves_colours_alone():
    array = np.zeros((6, 4), np.uint8)
    for plane in Raster.of_i420(array).grey.planes:
        plane.put(plane.packed() + np.uint8(9))
    assert (array[:4] == 9).all()
    assert (array[4:] == 0).all()
