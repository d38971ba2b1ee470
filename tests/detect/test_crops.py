"""Squares cut out of frames: places, colours, edges."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.crops import Crop, body_crop, cut_out, squares_along, squares_over, whole_frame
from poselift.detect.planes import Planes
from poselift.detect.turn import UPRIGHT, Turn

ANYWHERE = Crop(np.array([21.3, 33.7]), 37.0, 0.4)
TURNS = [Turn(t, x, y) for t in (False, True) for x in (False, True) for y in (False, True)]
# Red shows brightness alone, green and blue also one of the two colours: what goes where is seen.
SHARE = 1 / 510
APART = SHARE * np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]])


def planes_of(height, width, fewer=(2, 2), turn=UPRIGHT):
    """Noise, with so many times fewer pixels of colour down and across."""
    random = np.random.default_rng(0)
    brightness = random.integers(0, 256, (height, width), dtype=np.uint8)
    sides = (2, -(-height // fewer[0]), -(-width // fewer[1]))
    blue, red = random.integers(0, 256, sides, dtype=np.uint8)
    return Planes(brightness, (blue, red), APART, turn)


@pytest.fixture(scope="module")
def noise():
    return planes_of(64, 48)


def pixel(layer, x, y):
    """A layer between its pixels, in floating point."""
    height, width = layer.shape
    left, top = int(x), int(y)
    right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
    upper = layer[top, left] * (1 - x + left) + layer[top, right] * (x - left)
    lower = layer[bottom, left] * (1 - x + left) + layer[bottom, right] * (x - left)
    return upper * (1 - y + top) + lower * (y - top)


def upright(planes):
    """Brightness and both colours (H, W, 3), turned, each pixel with the colour that it has a share in."""
    height, width = planes.brightness.shape
    down, across = -(-height // planes.colour[0].shape[0]), -(-width // planes.colour[0].shape[1])
    colour = [layer.repeat(down, 0).repeat(across, 1)[:height, :width] for layer in planes.colour]
    return planes.turn.turned(np.stack([planes.brightness, *colour], axis=-1))


def one_by_one(planes, crop, size):
    """The same one sample after the other, of a picture that was turned first."""
    image = upright(planes)
    height, width = image.shape[:2]
    out = np.empty((size, size, 3))
    for row, column in np.ndindex(size, size):
        x, y = np.clip(crop.to_frame_px(np.array([column, row]) / size), 0, [width - 1, height - 1])
        out[row, column] = image[round(y), round(x)]
        out[row, column, 0] = pixel(image[..., 0], x, y)
    return out @ planes.to_rgb[:, :3].T


def check_as_one_by_one(planes, crop, size):
    """Places are rounded to 1/16 px: among pixels of noise up to 1/8 of their range, and few get another colour."""
    ours, theirs = (shares / SHARE / 255 for shares in (cut_out(planes, crop, size), one_by_one(planes, crop, size)))
    brightness = np.abs(ours - theirs)[..., 0]
    assert brightness.max() < 0.18
    assert brightness.mean() < 0.02
    our_colour, their_colour = (shares[..., 1:] - shares[..., :1] for shares in (ours, theirs))
    assert np.isclose(our_colour, their_colour, atol=1e-4).mean() > 0.9


@pytest.mark.parametrize("angle", [0, 0.4, np.pi / 2, -2.5])
@pytest.mark.parametrize("side", [9.0, 37.0, 150.0])
def test_brightness_is_bilinear_and_colour_the_nearest_and_both_go_on_as_the_edge(noise, angle, side):
    check_as_one_by_one(noise, ANYWHERE._replace(side_px=side, angle_rad=angle), 32)


@pytest.mark.parametrize("fewer", [(1, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_picture_is_cut_as_if_it_had_been_turned_before(turn, fewer):
    planes = planes_of(64, 48, fewer, turn)
    assert planes.size_px == turn.size_px((48, 64))
    check_as_one_by_one(planes, ANYWHERE, 32)


def test_a_crop_of_whole_pixels_is_exact(noise):
    crop = Crop(np.array([20.0, 30.0]), 16.0, 0.0)
    shares = cut_out(noise, crop, 16)
    np.testing.assert_allclose(shares[..., 0], SHARE * noise.brightness[22:38, 12:28], atol=1e-6)
    for channel, layer in enumerate(noise.colour, start=1):
        colour = shares[..., channel] - shares[..., 0]
        np.testing.assert_allclose(colour, SHARE * layer[11:19, 6:14].repeat(2, 0).repeat(2, 1), atol=1e-6)


def test_shares_end_at_black_and_white(noise):
    steeper = noise._replace(to_rgb=6 * APART - [[0, 0, 0, 1]])
    shares = cut_out(steeper, ANYWHERE, 32)
    assert (shares.min(), shares.max()) == (0, 1)
    np.testing.assert_allclose(shares, np.clip(6 * cut_out(noise, ANYWHERE, 32) - 1, 0, 1), atol=1e-5)


def test_what_lies_between_rows_is_not_seen(noise):
    def wider(layer):
        return np.pad(layer, ((0, 0), (0, 8)), constant_values=99)[:, : layer.shape[1]]

    apart = noise._replace(brightness=wider(noise.brightness), colour=tuple(map(wider, noise.colour)))
    np.testing.assert_array_equal(cut_out(apart, ANYWHERE, 40), cut_out(noise, ANYWHERE, 40))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (33, 31)])
def test_frames_of_any_size(shape):
    frame = planes_of(*shape)
    crop = Crop(np.array(shape[::-1]) / 2, 11.0, 0.3)
    check_as_one_by_one(frame, crop, 20)


def test_a_crop_far_away_is_the_corner(noise):
    corner = noise.brightness[-1, -1], noise.colour[0][-1, -1], noise.colour[1][-1, -1]
    shares = cut_out(noise, Crop(np.array([1e9, 1e9]), 50.0, 0.2), 8)
    expected = noise.to_rgb[:, :3] @ corner
    np.testing.assert_allclose(shares, np.broadcast_to(expected, shares.shape), atol=1e-6)


def test_the_rim_of_a_body_is_above_its_hips():
    hips, rim = np.array([100.0, 200.0]), np.array([160.0, 120.0])
    crop = body_crop(hips, rim)
    assert crop.side_px == pytest.approx(2.5 * 100)
    np.testing.assert_allclose(crop.to_frame_px(np.array([0.5, 0.5])), hips)
    np.testing.assert_allclose(crop.to_frame_px(np.array([0.5, 0.5 - 1 / 2.5])), rim)


def test_the_whole_frame_is_in_the_middle():
    whole = whole_frame((48, 64))
    np.testing.assert_allclose(whole.to_frame_px(np.array([[0.0, 0.0], [1.0, 1.0]])), [[-8, 0], [56, 64]])


@pytest.mark.parametrize(
    ("height", "width", "count"), [(64, 48, 2), (48, 64, 2), (48, 57, 0), (48, 48, 0), (10, 95, 12)]
)
def test_squares_cover_a_frame_and_overlap(height, width, count):
    squares = squares_along((width, height))
    assert len(squares) == count
    check_covered(squares, height, width)


@pytest.mark.parametrize(
    ("height", "width", "side_px", "count"),
    [(64, 48, 48, 2), (48, 48, 48, 1), (1080, 1920, 540, 15), (50, 95, 12.5, 50)],
)
def test_squares_of_any_size_cover_a_frame(height, width, side_px, count):
    squares = squares_over((width, height), side_px)
    assert {square.side_px for square in squares} == {side_px}
    assert len(squares) == count
    check_covered(squares, height, width)


def check_covered(squares, height, width):
    covered = np.zeros((height, width), dtype=int)
    for square in squares:
        (left, top), (right, bottom) = square.to_frame_px(np.array([[0.0, 0.0], [1.0, 1.0]]))
        assert min(left, top) >= 0
        assert (right <= width, bottom <= height) == (True, True)
        covered[int(np.ceil(top)) : int(bottom), int(np.ceil(left)) : int(right)] += 1
    if squares:
        assert covered.min() >= 1
    if len(squares) > 1:
        assert covered.max() >= 2
