"""Turns of a picture by right angles."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.turn import UPRIGHT, Turn

TURNS = [Turn(t, x, y) for t in (False, True) for x in (False, True) for y in (False, True)]


@pytest.mark.parametrize("turn", TURNS)
def test_a_turn_is_what_its_display_matrix_says(turn):
    a, d = (-1 if turn.mirrored_x else 1), (-1 if turn.mirrored_y else 1)
    matrix = [0, d, 0, a, 0] if turn.transposed else [a, 0, 0, 0, d]
    assert Turn.of_display_matrix(np.array([*matrix, 0, 0, 0, 1])) == turn


def test_without_a_display_matrix_it_is_upright():
    assert Turn.of_display_matrix(None) == UPRIGHT


@pytest.mark.parametrize("turn", TURNS)
def test_a_place_of_the_turned_picture_is_where_it_was_stored(turn):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    turned = turn.turned(image)
    size_px = turn.size_px((7, 5))
    assert turned.shape[1::-1] == size_px
    places = np.stack(np.meshgrid(np.arange(size_px[0]), np.arange(size_px[1])), axis=-1)
    x, y = np.moveaxis(turn.stored_px(places, size_px), -1, 0)
    np.testing.assert_array_equal(image[y, x], turned)
