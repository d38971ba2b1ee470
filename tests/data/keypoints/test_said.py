"""What is said of a file counts more than what it says, and what nobody says is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.keypoints.said import Said
from poselift.errors import DataFormatError, ShapeError, SkeletonError


def test_what_is_said_counts_more_than_the_file():
    assert Said().footage("a", 3, fps=50).fps == 50
    assert Said(fps=25).footage("a", 3, fps=50, time_s=np.arange(3.0)).fps == 25
    assert Said(size_px=(10, 20)).footage("a", 3, fps=50, size_px=(1, 2)).size_px == (10, 20)
    assert Said().footage("a", 3, fps=50, size_px=(1, 2)).size_px == (1, 2)


def test_times_are_those_of_the_video_or_else_of_the_file():
    times = np.array([0, 0.1, 0.3, 0.4])
    assert Said(time_s=times).footage("a", 3, fps=50).time_s.tolist() == [0, 0.1, 0.3]
    assert Said().footage("a", 4, time_s=times).time_s.tolist() == times.tolist()
    assert Said(time_s=times).footage("a", 3).fps == pytest.approx(10)
    with pytest.raises(DataFormatError, match="expected frames of the video, which has 4, found 5"):
        Said(time_s=times).footage("a", 5)


def test_a_rate_that_nobody_says_is_asked_for():
    with pytest.raises(DataFormatError, match="does not say how many frames a second") as error:
        Said().footage("walk.csv", 3)
    assert "--fps" in error.value.hint


def test_what_cannot_be_is_refused():
    with pytest.raises(ShapeError, match="fps"):
        Said(fps=0)
    with pytest.raises(ShapeError, match="size_px"):
        Said(size_px=(0, 10))
    with pytest.raises(ShapeError, match="most_confidence"):
        Said(most_confidence=float("nan"))
    with pytest.raises(SkeletonError, match="coco71"):
        Said(layout="coco71")
    assert Said(layout="coco17").skeleton.name == "coco17"
