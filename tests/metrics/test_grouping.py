import numpy as np
import pytest

from poselift.errors import ShapeError
from poselift.metrics import Grouping

LABELS = ["walk", "sit", "walk", "jump"]


def test_groups_are_numbered_as_they_appear_after_those_expected():
    assert Grouping.of(LABELS).names == ("walk", "sit", "jump")
    expected = Grouping.of(LABELS, expected=["eat", "sit"])
    assert expected.names == ("eat", "sit", "walk", "jump")
    assert [expected.names[code] for code in expected.codes] == LABELS


def test_clips_are_repeated_to_frames():
    frames = Grouping.of(LABELS).repeated([2, 1, 0, 3])
    assert [frames.names[code] for code in frames.codes] == ["walk", "walk", "sit", "jump", "jump", "jump"]
    assert len(frames) == 6
    with pytest.raises(ShapeError, match="each of 4 clips, got 3"):
        Grouping.of(LABELS).repeated([1, 1, 1])


@pytest.mark.parametrize(
    ("names", "codes", "message"),
    [
        (("walk", "walk"), [0], "expected different names"),
        (("walk", ""), [0], "expected different names"),
        (("walk",), [0, 1], "expected 0 to 0, the groups, got 0 to 1"),
        (("walk",), [-1, 0], "got -1 to 0"),
        (("walk",), [0.5], "expected integers"),
        (("walk",), [[0]], "expected integers of shape"),
    ],
)
def test_numbers_without_a_group_are_refused(names, codes, message):
    with pytest.raises(ShapeError, match=message):
        Grouping(names, np.array(codes))
