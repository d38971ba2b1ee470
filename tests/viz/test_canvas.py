import string

import numpy as np
import pytest

from poselift.viz.canvas import Canvas, glyphs, text_width_px
from poselift.viz.raster import Raster, rgb_to_i420

WHITE = (255, 255, 255)


def _canvas(width: int = 100, height: int = 60) -> Canvas:
    return Canvas(Raster.of_rgb(np.zeros((height, width, 3), np.uint8)))


def _light(canvas: Canvas) -> np.ndarray:
    return canvas.drawn().rgb()[..., 0] / 255


def test_the_picture_that_was_given_is_drawn_into_once_all_is_there():
    image = np.zeros((60, 100, 3), np.uint8)
    canvas = Canvas(Raster.of_rgb(image))
    canvas.dot((50, 30), WHITE, 20, opacity=100)
    assert not image.any()
    once = canvas.drawn().rgb().copy()
    assert once.any()
    np.testing.assert_array_equal(image, once)
    np.testing.assert_array_equal(canvas.drawn().rgb(), once)


@pytest.mark.parametrize("at", [(50.3, 30.6), (2, 3), (98.5, 58), (-3, 30), (130, 80), (-40, -40)])
@pytest.mark.parametrize("width", [1, 7.5, 30])
def test_what_is_drawn_in_a_part_is_what_is_drawn_in_the_whole(at, width):
    def strokes(canvas: Canvas) -> None:
        canvas.line(at, (at[0] + 9, at[1] - 4), WHITE, width)
        canvas.ring(at, (250, 90, 20), 1.5 * width, 2)
        canvas.text("gW", at, width, WHITE)

    some = [np.random.default_rng(0).integers(0, 256, (90, 100), np.uint8) for _ in range(2)]
    for number, array in enumerate(some):
        canvas = Canvas(Raster.of_i420(array))
        strokes(canvas)
        for corner in ((0, 0), (100, 60)) if number else ():
            canvas.dot(corner, WHITE, 1, opacity=0)
        canvas.drawn()
    np.testing.assert_array_equal(*some)


def test_what_is_drawn_has_its_size_and_place_to_a_part_of_a_pixel():
    for x in (40.0, 40.25, 40.5):
        canvas = _canvas()
        canvas.dot((x, 30), WHITE, 15)
        light = _light(canvas)
        assert light.sum() == pytest.approx(np.pi * 7.5**2, rel=0.12)
        columns = np.arange(100) + 0.5
        assert (light * columns).sum() / light.sum() == pytest.approx(x, abs=0.02)
    canvas = _canvas()
    canvas.line((10, 10), (70, 40), WHITE, 4)
    assert _light(canvas).sum() == pytest.approx(4 * np.hypot(60, 30), rel=0.02)


def test_a_ring_is_hollow():
    canvas = _canvas()
    canvas.ring((50, 30), WHITE, across_px=30, width_px=4, opacity=255)
    light = _light(canvas)
    assert light[30, 50] == 0
    assert light[30, 65] == 1
    assert light.sum() == pytest.approx(np.pi * 30 * 4, rel=0.03)


def test_opacity_mixes():
    canvas = _canvas()
    canvas.dot((50, 30), (200, 100, 0), 20, opacity=128)
    np.testing.assert_allclose(canvas.drawn().rgb()[30, 50].astype(int), [100, 50, 0], atol=2)


def test_a_round_line_ends_in_half_circles():
    canvas = _canvas()
    canvas.round_line((30, 30), (70, 30), WHITE, 10)
    light = _light(canvas)
    assert light[30, 26] == light[30, 73] == 1
    assert light[25, 26] < 0.5


def test_planes_show_what_rgb_shows():
    colours = {(200, 90, 40): (20, 20), (30, 60, 220): (60, 30)}
    rgb = _canvas()
    planes = Canvas(Raster.of_i420(rgb_to_i420(np.zeros((60, 100, 3), np.uint8), (100, 60))))
    for canvas in (rgb, planes):
        for colour, at in colours.items():
            canvas.dot(at, colour, 16)
        canvas.text("Text", (20, 50), 10, WHITE)
    expected = Raster.of_i420(rgb_to_i420(rgb.drawn().rgb(), (100, 60)))
    for one, other in zip(planes.drawn().planes, expected.planes, strict=True):
        for mine, its in zip(one.channels, other.channels, strict=True):
            assert np.abs(mine.astype(int) - its).mean() < 1.5


def test_there_is_a_letter_for_all_of_ascii():
    printable = [letter for letter in string.printable if letter.isprintable()]
    assert len(printable) == 95
    assert set(printable) == set(glyphs().advance)
    seen = set()
    for letter in printable:
        canvas = _canvas(40, 40)
        canvas.text(letter, (10, 25), 15, WHITE)
        seen.add(_light(canvas).tobytes())
    assert len(seen) == 95


def test_text_is_as_high_and_wide_as_it_says_and_holes_are_open():
    canvas = _canvas(300, 100)
    canvas.text("HOH", (20, 80), 40, WHITE)
    rows, columns = np.nonzero(_light(canvas) > 0.5)
    assert rows.max() - rows.min() == pytest.approx(43, abs=3)
    assert np.ptp(columns) == pytest.approx(text_width_px("HOH", 40), rel=0.1)
    light = _light(canvas)
    middle = int(20 + text_width_px("HOH", 40) / 2)
    assert light[60, middle - 4 : middle + 4].max() == 0


def test_a_letter_that_is_not_there_is_asked_about():
    one, other = _canvas(), _canvas()
    one.text("ä", (10, 40), 20, WHITE)
    other.text("?", (10, 40), 20, WHITE)
    np.testing.assert_array_equal(_light(one), _light(other))
    assert text_width_px("ä", 20) == text_width_px("?", 20)


def test_what_lies_outside_is_cut_off():
    canvas = _canvas()
    canvas.line((-1e5, -1e5), (1e5, 1e5), WHITE, 10)
    canvas.dot((-1e5, 1e5), WHITE, 10)
    assert _light(canvas)[30, 30] == 1
