"""Which frames are looked at."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.looks import check_looks, looked_at
from poselift.errors import RecipeError


def looks(times_s, **how):
    return np.flatnonzero(list(looked_at(times_s, **how))).tolist()


@pytest.mark.parametrize(
    ("every", "expected"), [(1, list(range(10))), (2, [0, 2, 4, 6, 8, 9]), (3, [0, 3, 6, 9]), (99, [0, 9])]
)
def test_every_so_many_and_the_last(every, expected):
    assert looks(np.arange(10) / 25, every=every) == expected


@pytest.mark.parametrize("fps", [30, 30000 / 1001])
def test_so_many_a_second_of_a_constant_rate(fps):
    times_s = np.arange(31) / fps
    assert looks(times_s, fps=fps / 3) == list(range(0, 31, 3))
    assert looks(times_s, fps=fps) == list(range(31)) == looks(times_s, fps=1000.0)


def test_so_many_a_second_whatever_the_rate_is_at_the_moment():
    times_s = np.concatenate([np.arange(60) / 60, 1 + np.arange(20) / 20])
    chosen = times_s[looks(times_s, fps=10.0)]
    np.testing.assert_allclose(chosen[:-1], np.arange(20) / 10, atol=1e-9)


def test_one_and_none():
    assert looks([0.0], every=5) == [0]
    assert looks([], every=5) == []


def test_each_is_told_when_the_next_is_known():
    asked = []
    told = looked_at((asked.append(n) or n / 25 for n in range(9)), every=2)
    assert [next(told), next(told)] == [True, False]
    assert asked == [0, 1, 2]


@pytest.mark.parametrize(
    ("every", "fps", "message"),
    [
        (0, None, "--every: expected 1 or more, got 0"),
        (1, 0.0, "--fps: expected a positive number, got 0"),
        (1, float("nan"), "--fps: expected a positive number, got nan"),
        (1, float("inf"), "--fps: expected a positive number, got inf"),
    ],
)
def test_numbers_that_cannot_be_are_named(every, fps, message):
    with pytest.raises(RecipeError, match=message):
        check_looks(every, fps)
