"""Entries are looked at before they are believed, and names say frames."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.keypoints.records import entry, frames_of, listed, numbers_of, triples
from poselift.errors import DataFormatError


def test_an_entry_of_another_kind_is_said():
    assert entry({"a": [1]}, "a", list, "x") == [1]
    for record, message in (
        ({"a": 3}, "x: expected a list 'a', found 3"),
        ({}, "x: expected a list 'a', found none"),
        (7, "x: expected an object, found 7"),
        ({"a": "b" * 99}, r"found 'bbb.*\.\.\.$"),
    ):
        with pytest.raises(DataFormatError, match=message):
            entry(record, "a", list, "x")
    with pytest.raises(DataFormatError, match="a whole number"):
        entry({"a": True}, "a", int, "x")
    with pytest.raises(DataFormatError, match="expected a list, found 3"):
        listed(3, "x")


def test_null_is_no_number_and_text_is_refused():
    np.testing.assert_array_equal(numbers_of([1, None], "x"), [1, np.nan])
    assert triples([1, 2, 3, 4, 5, 6], "x").shape == (2, 3)
    assert triples([[1, 2, 3]], "x").shape == (1, 3)
    for wrong in ([1, 2], [], ["a"], [[1], [1, 2]], {}):
        with pytest.raises(DataFormatError, match="x: expected"):
            triples(wrong, "x")


@pytest.mark.parametrize(
    ("names", "frames"),
    [
        (["a_3_keypoints.json", "a_5_keypoints.json"], [0, 2]),
        (["cam2/7.jpg", "cam2/8.jpg", "cam2/8.jpg"], [0, 1, 1]),
        (["b", "a", "b"], [0, 1, 0]),
        (["x1", "y"], [0, 1]),
        ([12, 10], [2, 0]),
        ([900_000, 5, 70_000], [2, 0, 1]),
        ([], []),
    ],
)
def test_frames_are_the_numbers_in_names_or_their_order(names, frames):
    assert frames_of(names, "x") == frames


def test_a_number_under_two_names_is_refused():
    with pytest.raises(DataFormatError, match="x: frame 1 is there twice, under different names"):
        frames_of(["a_1.json", "b_01.json"], "x")
