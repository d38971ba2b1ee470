import math

import pytest

from poselift.errors import ShapeError
from poselift.lifting.seconds import checked_cutoff, checked_seconds, too_few_frames


def test_a_length_of_time_is_0_or_more():
    assert [checked_seconds(seconds, "max_gap_s") for seconds in (0, 0.5, 3)] == [0, 0.5, 3]
    for seconds in (-1e-9, math.inf, math.nan):
        with pytest.raises(ShapeError, match="max_gap_s: expected 0 or more seconds") as caught:
            checked_seconds(seconds, "max_gap_s")
        assert "0 turns it off" in caught.value.hint


@pytest.mark.parametrize("cutoff_hz", [0, -1, float("nan")])
def test_cut_offs_that_cannot_be_are_refused(cutoff_hz):
    with pytest.raises(ShapeError, match="cutoff_hz: expected a positive number"):
        checked_cutoff(cutoff_hz)


def test_a_movement_takes_two_frames_to_and_fro():
    assert too_few_frames(6.0, 12.0)
    assert not too_few_frames(6.0, 12.1)
