"""Squares cut out of frames: places, colours, edges."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.crops import Crop, body_crop, cut_out, squares_along, whole_frame

ANYWHERE = Crop(np.array([21.3, 33.7]), 37.0, 0.4)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).integers(0, 256, (64, 48, 3), dtype=np.uint8)


def bilinear(frame, crop, size):
    """The same in floating point, one sample after the other."""
    height, width = frame.shape[:2]
    out = np.empty((size, size, 3))
    for row, column in np.ndindex(size, size):
        x, y = np.clip(crop.to_frame_px(np.array([column, row]) / size), 0, [width - 1, height - 1])
        left, top = int(x), int(y)
        right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
        upper = frame[top, left] * (1 - x + left) + frame[top, right] * (x - left)
        lower = frame[bottom, left] * (1 - x + left) + frame[bottom, right] * (x - left)
        out[row, column] = upper * (1 - y + top) + lower * (y - top)
    return out / 255


@pytest.mark.parametrize("angle", [0, 0.4, np.pi / 2, -2.5])
@pytest.mark.parametrize("side", [9.0, 37.0, 150.0])
def test_samples_are_bilinear_and_go_on_as_the_edge_beyond_it(noise, angle, side):
    """Places are rounded to 1/16 px, which among pixels of noise is up to 1/8 of their range."""
    crop = ANYWHERE._replace(side_px=side, angle_rad=angle)
    apart = np.abs(cut_out(noise, crop, 32) - bilinear(noise, crop, 32))
    assert apart.max() < 0.09
    assert apart.mean() < 0.01


def test_a_crop_of_whole_pixels_is_exact(noise):
    crop = Crop(np.array([20.0, 30.0]), 16.0, 0.0)
    np.testing.assert_allclose(cut_out(noise, crop, 16), noise[22:38, 12:28] / 255, atol=1e-6)


def test_one_colour_stays_what_it_is():
    frame = np.full((40, 40, 3), (255, 0, 7), dtype=np.uint8)
    np.testing.assert_allclose(cut_out(frame, ANYWHERE, 70) * 255, np.full((70, 70, 3), (255, 0, 7)), atol=1e-4)


def laid_out(noise, how):
    """The same pixels in another memory."""
    width = noise.shape[1]
    if how == "rows with a rest":
        return np.pad(noise, ((0, 0), (0, 8), (0, 0)))[:, :width]
    if how == "mirrored twice":
        return np.ascontiguousarray(noise[:, ::-1])[:, ::-1]
    if how == "four channels":
        return np.dstack([noise, noise[..., 0]])[..., :3]
    if how == "from an odd byte on":
        memory = np.zeros(noise.size + 1, dtype=np.uint8)
        memory[1:] = noise.ravel()
        return memory[1:].reshape(noise.shape)
    return np.ascontiguousarray(noise.transpose(1, 0, 2)).transpose(1, 0, 2)


@pytest.mark.parametrize(
    "how", ["rows with a rest", "mirrored twice", "four channels", "from an odd byte on", "transposed"]
)
def test_how_a_frame_lies_in_memory_does_not_matter(noise, how):
    frame = laid_out(noise, how)
    np.testing.assert_array_equal(frame, noise)
    np.testing.assert_array_equal(cut_out(frame, ANYWHERE, 40), cut_out(noise, ANYWHERE, 40))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (33, 31)])
def test_frames_of_any_size(shape):
    frame = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    crop = Crop(np.array(shape[::-1]) / 2, 11.0, 0.3)
    assert np.abs(cut_out(frame, crop, 20) - bilinear(frame, crop, 20)).max() < 0.09


def test_a_crop_far_away_is_the_corner():
    frame = np.zeros((16, 16, 3), dtype=np.uint8)
    frame[-1, -1] = 255
    assert (cut_out(frame, Crop(np.array([1e9, 1e9]), 50.0, 0.2), 8) > 0.999).all()


def test_the_rim_of_a_body_is_above_its_hips():
    hips, rim = np.array([100.0, 200.0]), np.array([160.0, 120.0])
    crop = body_crop(hips, rim)
    assert crop.side_px == pytest.approx(2.5 * 100)
    np.testing.assert_allclose(crop.to_frame_px(np.array([0.5, 0.5])), hips)
    np.testing.assert_allclose(crop.to_frame_px(np.array([0.5, 0.5 - 1 / 2.5])), rim)


def test_the_whole_frame_is_in_the_middle(noise):
    whole = whole_frame(noise)
    np.testing.assert_allclose(whole.to_frame_px(np.array([[0.0, 0.0], [1.0, 1.0]])), [[-8, 0], [56, 64]])


@pytest.mark.parametrize(
    ("height", "width", "count"), [(64, 48, 2), (48, 64, 2), (48, 57, 0), (48, 48, 0), (10, 95, 12)]
)
def test_squares_cover_a_frame_and_overlap(height, width, count):
    squares = squares_along(np.zeros((height, width, 3), dtype=np.uint8))
    assert len(squares) == count
    covered = np.zeros((height, width), dtype=int)
    for square in squares:
        (left, top), (right, bottom) = square.to_frame_px(np.array([[0.0, 0.0], [1.0, 1.0]]))
        assert min(left, top) >= 0
        assert (right <= width, bottom <= height) == (True, True)
        covered[int(np.ceil(top)) : int(bottom), int(np.ceil(left)) : int(right)] += 1
    if count:
        assert covered.min() >= 1
        assert covered.max() >= 2
