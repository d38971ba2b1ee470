import numpy as np
import pytest

from poselift.detect.times import frame_times


@pytest.mark.parametrize("fps", [25, 30000 / 1001, 240])
@pytest.mark.parametrize("tick_s", [1e-3, 1 / 90000, 1 / 15360])
@pytest.mark.parametrize("first", [0, 7.3])
def test_rounding_of_a_constant_rate_is_taken_back(fps, tick_s, first, caplog):
    shown_s = tick_s * np.round((first + np.arange(500) / fps) / tick_s)
    np.testing.assert_array_equal(frame_times(shown_s, fps, tick_s, "a"), np.arange(500) / fps)
    assert caplog.records == []


def test_a_frame_that_was_left_out_leaves_its_time_out():
    shown_s = np.delete(np.arange(20) / 25, 7)
    for tick_s in (1e-3, 1 / 25):
        np.testing.assert_allclose(frame_times(shown_s, 25, tick_s, "a"), shown_s)


def test_times_begin_at_the_first_frame():
    np.testing.assert_allclose(frame_times([5, 5.5, 7], 2, 1e-3, "a"), [0, 0.5, 2])


@pytest.mark.parametrize("shown_s", [[0, 1, 1, 2], [0, 2, 1, 3], [0, np.nan, 2, 3], [np.nan] * 4, [3, 2, 1, 0]])
def test_times_that_do_not_rise_are_counted_instead(shown_s, caplog):
    np.testing.assert_array_equal(frame_times(shown_s, 30, 1e-3, "walk.avi"), np.arange(4) / 30)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "walk.avi" in caplog.text


def test_one_frame_and_none():
    assert frame_times([4.2], 30, 1e-3, "a").tolist() == [0]
    assert frame_times([], 30, 1e-3, "a").tolist() == []
