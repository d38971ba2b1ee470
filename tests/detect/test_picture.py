"""One frame of a video, from the decoder to RGB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from poselift.detect.picture import UPRIGHT, Picture, Turn

av = pytest.importorskip("av")

TURNS = [Turn(t, x, y) for t in (False, True) for x in (False, True) for y in (False, True)]


def image_of(width, height):
    """Red grows to the right, green downwards."""
    red, green = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([red, green, np.full_like(red, 90)], axis=-1).round().astype(np.uint8)


def stored(image, turn=UPRIGHT):
    frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv444p")
    return Picture(frame, (image.shape[1], image.shape[0]), turn)


def test_an_image_comes_back_as_it_was():
    image = image_of(37, 21)
    picture = Picture.of(image)
    assert picture.size_px == (37, 21)
    np.testing.assert_array_equal(picture.rgb(), image)


def test_a_picture_takes_what_its_format_takes():
    frame = av.VideoFrame(640, 480, "yuv420p")
    assert Picture(frame).nbytes == 640 * 480 * 3 // 2


@pytest.mark.parametrize("turn", TURNS)
def test_turned_and_scaled_is_scaled_and_turned(turn):
    image = image_of(64, 32)
    upright = turn.turned(image)
    picture = stored(image, turn)
    assert picture.size_px == (upright.shape[1], upright.shape[0])
    np.testing.assert_allclose(picture.rgb().astype(int), upright, atol=4)
    half = (picture.size_px[0] // 2, picture.size_px[1] // 2)
    small = picture.rgb(half)
    assert small.shape == (half[1], half[0], 3)
    assert small.flags.c_contiguous
    np.testing.assert_allclose(small.astype(int), upright[::2, ::2], atol=12)


@pytest.mark.parametrize("turn", TURNS)
def test_i420_is_the_same_picture_for_an_encoder(turn):
    image = image_of(64, 32)
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    picture = Picture(frame.reformat(format="yuv444p", dst_colorspace="ITU709"), (64, 32), turn)
    array = picture.i420(picture.size_px)
    assert array.shape == (3 * picture.size_px[1] // 2, picture.size_px[0])
    frame = av.VideoFrame.from_ndarray(array, format="yuv420p")
    back = frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG").to_ndarray()
    np.testing.assert_allclose(back.astype(int), turn.turned(image), atol=10)


def test_colours_of_i420_are_those_of_hd_television():
    red = Picture.of(np.full((4, 4, 3), (255, 0, 0), np.uint8)).i420((4, 4))
    assert red[:4].mean() == pytest.approx(16 + 219 * 0.2126, abs=1)
    assert red[4:].ravel()[4:].mean() == pytest.approx(240, abs=1)


@pytest.mark.parametrize("turn", TURNS)
def test_a_turn_is_what_its_display_matrix_says(turn):
    a, d = (-1 if turn.mirrored_x else 1), (-1 if turn.mirrored_y else 1)
    matrix = [0, d, 0, a, 0] if turn.transposed else [a, 0, 0, 0, d]
    assert Turn.of_display_matrix(np.array([*matrix, 0, 0, 0, 1])) == turn


def test_many_threads_get_the_same_images():
    pictures = [stored(np.roll(image_of(160, 96), 9 * i, axis=1)) for i in range(8)]
    wanted = [None, (80, 48), (40, 96), (33, 17)]
    tasks = [(picture, size) for _ in range(5) for picture in pictures for size in wanted]
    alone = [picture.rgb(size) for picture, size in tasks]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda task: task[0].rgb(task[1]), tasks))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def yuv(format_, levels, **marks):
    """A picture of one colour, as brightness and two colours."""
    frame = av.VideoFrame(64, 48, format_)
    for plane, level in zip(frame.planes, levels, strict=True):
        deep = "10" in format_ or "p010" in format_
        plane.update(
            np.full(plane.buffer_size // (2 if deep else 1), level, np.uint16 if deep else np.uint8).tobytes()
        )
    for name, value in marks.items():
        setattr(frame, name, value)
    return Picture(frame)


RED = np.array([255, 0, 0])


@pytest.mark.parametrize(
    ("format_", "levels", "marks"),
    [
        ("yuv420p", (81, 90, 240), {"colorspace": 5, "color_range": 1}),  # BT.601, as of PAL
        ("yuv420p", (63, 102, 240), {"colorspace": 1, "color_range": 1}),  # BT.709
        ("yuv420p", (54, 99, 255), {"colorspace": 1, "color_range": 2}),  # of full range
        ("yuvj420p", (76, 85, 255), {"colorspace": 5, "color_range": 2}),
        ("yuv420p10le", (252, 408, 960), {"colorspace": 1, "color_range": 1}),
        ("yuv420p10le", (294, 387, 960), {"colorspace": 9, "color_range": 1}),  # BT.2020
        ("yuv420p", (81, 90, 240), {"colorspace": 8, "color_range": 1}),  # a matrix that the scaler refuses: guessed
    ],
)
def test_red_is_red_whatever_its_numbers_mean(format_, levels, marks):
    np.testing.assert_allclose(yuv(format_, levels, **marks).rgb().mean(axis=(0, 1)), RED, atol=4)


@pytest.mark.parametrize(("opaque", "expected"), [(255, 200), (0, 128), (128, 164)])
def test_what_is_transparent_shows_grey(opaque, expected):
    image = np.full((48, 64, 4), 200, dtype=np.uint8)
    image[..., 3] = opaque
    picture = Picture(av.VideoFrame.from_ndarray(image, format="rgba"))
    np.testing.assert_allclose(picture.rgb(), expected, atol=1)
    np.testing.assert_allclose(picture.i420((32, 24))[:24], 16 + expected * 219 / 255, atol=2)


@pytest.mark.parametrize(("curve", "white"), [(16, 572), (18, 721)])
def test_white_of_high_dynamic_range_is_white(curve, white):
    """58 and 75 percent of limited 10 bit, see `test_tone`."""
    picture = yuv("yuv420p10le", (white, 512, 512), colorspace=9, color_range=1, color_trc=curve)
    assert picture.rgb().min() > 220
    assert picture.i420((32, 24))[:24].min() > 200


def test_a_picture_of_another_shape_gets_borders():
    picture = Picture(av.VideoFrame.from_ndarray(np.full((64, 32, 3), 200, np.uint8)), (64, 64))
    shown = picture.rgb()
    assert shown.shape == (64, 64, 3)
    assert shown[:, 18:46].min() == 200
    assert shown[:, :15].max() == shown[:, 49:].max() == 0
    assert picture.i420((32, 32))[:32, :6].max() == 16
