"""Text files of other programs: their lines, whatever ends them, and numbers whose errors name the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from poselift.data.readers.lines import format_error, number, number_rows, read_lines
from poselift.errors import DataFormatError

PATH = Path("walk.bvh")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_the_same_whatever_ends_them(tmp_path, ending):
    path = tmp_path / "a.txt"
    for tail in ("", ending, ending * 3, f"{ending}\x1a"):
        path.write_bytes(f"one{ending}{ending}two{tail}".encode())
        assert read_lines(path) == ["one", "", "two"], tail


def test_text_of_other_code_pages_and_with_a_mark_is_text(tmp_path):
    path = tmp_path / "a.txt"
    for data in ("Hüfte".encode("latin-1"), "Hüfte".encode(), "\ufeffHüfte".encode()):
        path.write_bytes(data)
        assert read_lines(path) == ["Hüfte"]


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "an empty file"), (b" \n\t\n", "an empty file"), (b"one\0two", "binary data at character 4")],
)
def test_what_is_no_text_is_refused(tmp_path, data, message):
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(DataFormatError, match=rf"a\.txt: expected text, found {message}"):
        read_lines(tmp_path / "a.txt")
    with pytest.raises(DataFormatError, match="cannot be read"):
        read_lines(tmp_path / "absent.txt")


def test_rows_of_numbers_end_before_blank_lines():
    lines = ["MOTION", "1 2e0 -3", "4 5 6", "", " "]
    np.testing.assert_array_equal(number_rows(PATH, lines, 2, 3, "numbers"), [[1, 2, -3], [4, 5, 6]])
    assert number_rows(PATH, lines[:1], 2, 3, "numbers").shape == (0, 3)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("4 5", "line 3: expected 3 numbers, found 2"),
        ("4 5 x", "line 3: expected a number, found 'x'"),
        ("4 nan 6", r"line 3: expected a number up to 1e\+09, found 'nan'"),
        ("4 5 6e300", r"line 3: expected a number up to 1e\+09, found '6e300'"),
        ("", "line 3: expected 3 numbers, found 0"),
    ],
)
def test_a_row_that_is_none_is_named_by_its_line(row, message):
    with pytest.raises(DataFormatError, match=rf"walk\.bvh, {message}"):
        number_rows(PATH, ["MOTION", "1 2 3", row, "7 8 9"], 2, 3, "numbers")


def test_long_things_are_shown_by_their_beginning():
    assert str(format_error(PATH, 7, "a name", "x" * 100)).endswith(f"line 7: expected a name, found {'x' * 60} ...")
    assert number(PATH, 1, "-1e9") == -1e9
