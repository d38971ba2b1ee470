"""What the numbers of a decoded frame mean."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.planes import Planes
from poselift.detect.turn import UPRIGHT

av = pytest.importorskip("av")


def frame_of(format_, levels, **marks):
    """A frame of one colour, as brightness and two colours."""
    frame = av.VideoFrame(66, 50, format_)
    for plane, level in zip(frame.planes, levels, strict=True):
        plane.update(np.full(plane.buffer_size, level, np.uint8).tobytes())
    for name, value in marks.items():
        setattr(frame, name, value)
    return frame


@pytest.mark.parametrize(
    ("format_", "red", "marks"),
    [
        ("yuv420p", (81, 90, 240), {"colorspace": 5, "color_range": 1}),  # BT.601, as of PAL
        ("yuv422p", (81, 90, 240), {}),  # nothing is said
        ("yuv444p", (63, 102, 240), {"colorspace": 1, "color_range": 1}),  # BT.709
        ("yuv420p", (54, 99, 255), {"colorspace": 1, "color_range": 2}),  # of full range
        ("yuvj420p", (76, 85, 255), {"colorspace": 5}),
        ("yuv420p", (74, 97, 240), {"colorspace": 9, "color_range": 1}),  # BT.2020
        ("yuv420p", (82, 90, 240), {"colorspace": 4}),  # FCC
        ("yuv420p", (62, 102, 240), {"colorspace": 7}),  # SMPTE 240M
    ],
)
def test_red_is_red_whatever_its_numbers_mean(format_, red, marks):
    to_rgb = Planes.of(frame_of(format_, red, **marks), UPRIGHT).to_rgb
    np.testing.assert_allclose(255 * to_rgb @ [*red, 1], [255, 0, 0], atol=3)


@pytest.mark.parametrize(("full", "black", "white"), [(False, 16, 235), (True, 0, 255)])
def test_black_and_white_have_no_colour(full, black, white):
    marks = {"colorspace": 1, "color_range": 2 if full else 1}
    to_rgb = Planes.of(frame_of("yuv420p", (0, 0, 0), **marks), UPRIGHT).to_rgb
    np.testing.assert_allclose(to_rgb @ [[black, white], [128, 128], [128, 128], [1, 1]], [[0, 1]] * 3, atol=1e-12)


@pytest.mark.parametrize(("format_", "shape"), [("yuv420p", (25, 33)), ("yuv422p", (50, 33)), ("yuv444p", (50, 66))])
def test_planes_lie_where_the_decoder_put_them(format_, shape):
    frame = frame_of(format_, (9, 70, 200))
    planes = Planes.of(frame, UPRIGHT)
    assert planes.size_px == (66, 50)
    assert [layer.shape for layer in (planes.brightness, *planes.colour)] == [(50, 66), shape, shape]
    assert [layer.mean() for layer in (planes.brightness, *planes.colour)] == [9, 70, 200]
    for layer, plane in zip((planes.brightness, *planes.colour), frame.planes, strict=True):
        assert np.shares_memory(layer, np.frombuffer(plane, np.uint8))
