"""One frame of a video, from the decoder to RGB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from poselift.detect.crops import Crop, cut_out
from poselift.detect.picture import Picture
from poselift.detect.turn import UPRIGHT, Turn
from poselift.errors import ShapeError

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


@pytest.mark.parametrize(
    "image",
    [np.zeros((0, 9, 3), np.uint8), np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3))],
)
def test_what_is_no_image_is_named(image):
    with pytest.raises(ShapeError, match="image: expected"):
        Picture.of(image)


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
    again = np.full_like(array, 77)
    assert picture.i420(picture.size_px, again) is again
    np.testing.assert_array_equal(again, array)


def test_colours_of_i420_are_those_of_hd_television():
    red = Picture.of(np.full((4, 4, 3), (255, 0, 0), np.uint8)).i420((4, 4))
    assert red[:4].mean() == pytest.approx(16 + 219 * 0.2126, abs=1)
    assert red[4:].ravel()[4:].mean() == pytest.approx(240, abs=1)


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
    picture = yuv(format_, levels, **marks)
    np.testing.assert_allclose(picture.rgb().mean(axis=(0, 1)), RED, atol=4)
    np.testing.assert_allclose(from_planes(picture).mean(axis=(0, 1)), RED, atol=4)


def from_planes(picture):
    """The picture's upper left corner, of the planes that detectors use."""
    return 255 * cut_out(picture.planes(), Crop(np.array([16, 16]), 32.0, 0.0), 32)


@pytest.mark.parametrize("format_", ["yuv420p", "yuv422p", "nv12", "yuv420p10le", "rgb24", "bgr24", "gray"])
@pytest.mark.parametrize("turn", TURNS)
def test_planes_are_the_same_picture_for_a_detector(turn, format_):
    frame = av.VideoFrame.from_ndarray(image_of(64, 48), format="rgb24").reformat(format=format_)
    picture = Picture(frame, (64, 48), turn)
    np.testing.assert_allclose(from_planes(picture), picture.rgb()[:32, :32].astype(int), atol=9)


def test_planes_of_most_videos_are_not_copied():
    frame = av.VideoFrame(64, 48, "yuv420p")
    assert np.shares_memory(Picture(frame).planes().brightness, np.frombuffer(frame.planes[0], np.uint8))


def test_planes_have_the_size_and_shape_that_are_shown():
    frame = av.VideoFrame.from_ndarray(np.full((64, 32, 3), 200, np.uint8)).reformat(format="yuv420p")
    scaled, bordered = Picture(frame, (64, 64), aspect=2.0), Picture(frame, (64, 64))
    assert scaled.planes().size_px == bordered.planes().size_px == (64, 64)
    np.testing.assert_allclose(from_planes(scaled), 200, atol=3)
    np.testing.assert_allclose(from_planes(bordered)[:, :14], 0, atol=3)


@pytest.mark.parametrize(("opaque", "expected"), [(255, 200), (0, 128), (128, 164)])
def test_what_is_transparent_shows_grey(opaque, expected):
    image = np.full((48, 64, 4), 200, dtype=np.uint8)
    image[..., 3] = opaque
    picture = Picture(av.VideoFrame.from_ndarray(image, format="rgba"))
    np.testing.assert_allclose(picture.rgb(), expected, atol=1)
    np.testing.assert_allclose(from_planes(picture), expected, atol=2)
    np.testing.assert_allclose(picture.i420((32, 24))[:24], 16 + expected * 219 / 255, atol=2)


@pytest.mark.parametrize(("curve", "white"), [(16, 572), (18, 721)])
def test_white_of_high_dynamic_range_is_white(curve, white):
    """58 and 75 percent of limited 10 bit, see `test_tone`."""
    picture = yuv("yuv420p10le", (white, 512, 512), colorspace=9, color_range=1, color_trc=curve)
    assert picture.rgb().min() > 220
    assert from_planes(picture).min() > 220
    assert picture.i420((32, 24))[:24].min() > 200


def test_a_picture_of_another_shape_gets_borders():
    picture = Picture(av.VideoFrame.from_ndarray(np.full((64, 32, 3), 200, np.uint8)), (64, 64))
    shown = picture.rgb()
    assert shown.shape == (64, 64, 3)
    assert shown[:, 18:46].min() == 200
    assert shown[:, :15].max() == shown[:, 49:].max() == 0
    assert picture.i420((32, 32))[:32, :6].max() == 16
