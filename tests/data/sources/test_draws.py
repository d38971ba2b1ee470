"""Draws for windows: one for all frames of a window, and states that last as long as they should."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.sources.draws import WindowDraws, chosen_at_random, lasting, wandering


def draws(frames):
    return WindowDraws(np.random.default_rng(0), frames)


@pytest.mark.parametrize("draw", [
    lambda rng, n: rng.random(n), lambda rng, n: rng.random((n, 2)), lambda rng, n: rng.normal(0, 2, (n, 1, 3)),
    lambda rng, n: rng.uniform(-1, 5, n),
])  # fmt: skip
def test_frames_of_a_window_get_what_a_single_frame_would(draw):
    single = draw(np.random.default_rng(0), 6)
    np.testing.assert_array_equal(draw(draws(1), 6), single)
    np.testing.assert_array_equal(draw(draws(4), 24), np.repeat(single, 4, axis=0))


def test_windows_themselves_get_what_their_frames_do():
    np.testing.assert_array_equal(draws(4).of_windows.normal(size=(6, 3)), draws(4).normal(size=(24, 3))[::4])


def test_windows_are_exchanged_whole():
    order = draws(4).permutation(24).reshape(6, 4)
    assert (np.diff(order, axis=1) == 1).all()
    assert sorted(order[:, 0].tolist()) == list(range(0, 24, 4))
    np.testing.assert_array_equal(draws(1).permutation(6), order[:, 0] // 4)


def test_so_many_of_each_row_are_chosen_all_alike_often_and_more_hold_fewer():
    few, more = (chosen_at_random(np.random.default_rng(0), (3000, 8), count) for count in (2, 5))
    assert set(few.sum(axis=1)) == {2}
    assert set(more.sum(axis=1)) == {5}
    assert more[few].all()
    np.testing.assert_allclose(few.mean(axis=0), 2 / 8, atol=0.03)


@pytest.mark.parametrize(("probability", "mean_frames"), [(0.1, 5.0), (0.5, 8.0), (0.3, 0.0)])
def test_a_state_is_as_frequent_as_said_and_lasts_as_long(probability, mean_frames):
    uniform = np.random.default_rng(0).random((4000, 60))
    states = lasting(uniform, probability, np.full(4000, mean_frames))
    np.testing.assert_allclose(states.mean(axis=0), probability, atol=0.04)
    begins = (states[:, 1:] & ~states[:, :-1]).sum()
    lasts = max(mean_frames, 1 / (1 - probability))
    assert states[:, 1:].sum() / begins == pytest.approx(lasts, rel=0.1)


def test_a_state_that_never_or_always_holds_does():
    uniform = np.random.default_rng(0).random((5, 7, 3))
    assert not lasting(uniform, 0.0, np.full(5, 4.0)).any()
    assert lasting(uniform, 1.0, np.full(5, 4.0)).all()


def test_what_wanders_is_normal_and_slow_while_it_moves_and_afresh_otherwise():
    normal = np.random.default_rng(0).normal(size=(8000, 6, 1))
    moving = np.ones((8000, 6), dtype=bool)
    moving[:4000, 3] = False
    slow = wandering(normal, moving, np.full(8000, 10.0))[..., 0]
    np.testing.assert_allclose(slow.std(axis=0), 1, atol=0.03)
    near = [np.corrcoef(slow[4000:, frame], slow[4000:, frame + 1])[0, 1] for frame in range(5)]
    np.testing.assert_allclose(near, np.exp(-0.1), atol=0.02)
    assert abs(np.corrcoef(slow[:4000, 2], slow[:4000, 3])[0, 1]) < 0.05
    np.testing.assert_array_equal(wandering(normal[:, :1], moving[:, :1], np.full(8000, 10.0)), normal[:, :1])
