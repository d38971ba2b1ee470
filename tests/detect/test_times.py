import numpy as np
import pytest

from poselift.detect.times import frame_times as times_as_they_come


def frame_times(shown_s, fps, tick_s, told=None):
    told = [] if told is None else told
    return np.array(list(times_as_they_come(shown_s, fps, tick_s, told.append)))


@pytest.mark.parametrize("fps", [25, 30000 / 1001, 240])
@pytest.mark.parametrize("tick_s", [1e-3, 1 / 90000, 1 / 15360])
@pytest.mark.parametrize("first", [0, 7.3])
def test_rounding_of_a_constant_rate_is_taken_back(fps, tick_s, first):
    told = []
    shown_s = tick_s * np.round((first + np.arange(500) / fps) / tick_s)
    np.testing.assert_array_equal(frame_times(shown_s, fps, tick_s, told), np.arange(500) / fps)
    assert told == []


def test_a_frame_that_was_left_out_leaves_its_time_out():
    shown_s = np.delete(np.arange(20) / 25, 7)
    for tick_s in (1e-3, 1 / 25):
        np.testing.assert_allclose(frame_times(shown_s, 25, tick_s), shown_s)


def test_times_begin_at_the_first_frame():
    np.testing.assert_allclose(frame_times([5, 5.5, 7], 2, 1e-3), [0, 0.5, 2])


@pytest.mark.parametrize(
    ("shown_s", "first"),
    [([0, 1, 1, 2], 1), ([0, 2, 1, 3], 1), ([0, np.nan, 2, 3], 0), ([np.nan] * 4, 0), ([3, 2, 1, 0], 0)],
)
def test_times_that_do_not_rise_are_counted_instead(shown_s, first):
    told = []
    np.testing.assert_array_equal(frame_times(shown_s, 30, 1e-3, told), np.arange(4) / 30)
    (note,) = told
    assert "30 frames/s assumed" in note
    assert note.startswith(f"from frame {first} on" if first else "its frames have no times")


def test_what_was_good_before_is_kept():
    told = []
    times = frame_times([0, 0.5, 0.9, 2.0, 2.0, 2.1, 7.0], 10, 1e-3, told)
    np.testing.assert_allclose(times, [0, 0.5, 0.9, 1.0, 1.1, 1.2, 1.3])
    assert len(told) == 1


def test_times_rise_where_a_rate_stops_being_constant():
    """Until then they were those of a rate; rounding may have put the next one before them."""
    for third in (0.0667, 0.067, 0.0675):
        times = frame_times([0, 0.034, third, 0.9], 30, 1e-3)
        assert (np.diff(times) > 0).all()
        assert times[-1] == 0.9


def test_each_time_is_told_when_the_next_is_known():
    asked = []

    def shown():
        for number in range(9):
            asked.append(number)
            yield number / 30

    times = times_as_they_come(shown(), 30, 1e-3, [].append)
    for number in range(5):
        assert next(times) == number / 30
        assert asked[-1] == number + 1


def test_one_frame_and_none():
    assert frame_times([4.2], 30, 1e-3).tolist() == [0]
    assert frame_times([], 30, 1e-3).tolist() == []
