import numpy as np
import pytest

from poselift.data.footage import Footage
from poselift.errors import ShapeError


def test_regular_footage_is_frame_over_rate():
    footage = Footage.regular(100, 29.97, size_px=(64, 48), source="a.mp4")
    np.testing.assert_array_equal(footage.time_s, np.arange(100) / 29.97)
    assert (len(footage), footage.fps, footage.size_px, footage.source) == (100, 29.97, (64, 48), "a.mp4")


def test_the_rate_is_that_of_the_median_step():
    assert Footage(np.array([1, 1.25, 1.5, 3])).fps == 4
    assert Footage(np.arange(3.0)).fps == 1
    assert Footage(np.array([0.0, 1.0]), fps=50).fps == 50


@pytest.mark.parametrize("n_frames", [0, 1])
def test_so_few_frames_need_a_stated_rate(n_frames):
    with pytest.raises(ShapeError, match=f"fps: footage of {n_frames} frames"):
        Footage(np.zeros(n_frames))
    assert len(Footage(np.zeros(n_frames), fps=25)) == n_frames
    assert len(Footage.regular(n_frames, 25)) == n_frames


def test_footage_does_not_change_with_the_callers_array():
    time_s = np.arange(3.0)
    footage = Footage(time_s)
    time_s[:] = 7
    assert footage.time_s.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="read-only"):
        footage.time_s[0] = 1
    assert footage.replaced(source="b").time_s is footage.time_s


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("time_s", "message"),
    [
        ([0, 1, 1, 2], "frame 2: expected more than the 1.0 s .* got 1.0"),
        ([0, 1, 2, 1.5, 1], "frame 3: expected more than the 2.0 s .* got 1.5"),
        ([0, 1, np.nan, 3], "frame 2: expected a finite number"),
        ([0, np.inf], "frame 1: expected a finite number"),
        ([[0, 1]], r"expected 2 numbers, got \(1, 2\)"),
        (["0", "1"], "expected 2 numbers"),
        # Whole numbers too large to be told apart as seconds.
        ([2**53, 2**53 + 1], "frame 1: expected more than"),
    ],
)
def test_times_that_do_not_rise_name_the_frame(time_s, message):
    with pytest.raises(ShapeError, match=message):
        Footage(np.array(time_s))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fps": 0}, "fps"),
        ({"fps": np.nan}, "fps"),
        ({"size_px": (0, 5)}, "size_px"),
        ({"notes": ("two\nlines",)}, "notes"),
        ({"notes": ("",)}, "notes"),
    ],
)
def test_what_footage_cannot_have(changes, message):
    with pytest.raises(ShapeError, match=message):
        Footage(np.arange(3.0), **changes)


def test_a_note_is_noted_once_and_in_order():
    footage = Footage.regular(3, 25).noted("cut short").noted("12 damaged frames", "cut short")
    assert footage.notes == ("cut short", "12 damaged frames")
    assert footage.replaced(fps=50).notes == footage.notes
