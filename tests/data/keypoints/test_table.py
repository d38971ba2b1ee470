"""Tables of every spreadsheet and country."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.keypoints.table import numbers_in, rows_of, whole_frames
from poselift.errors import DataFormatError


@pytest.mark.parametrize(
    "text", ["a,b\n1,2.5\n", "\ufeffa;b\r\n1;2,5\r\n\r\n", "a\tb\n1\t2.5", '"a","b"\n"1","2.5"\n']
)
def test_any_delimiter_and_decimal_mark(written, text):
    path = written("a.csv", text)
    header, *rows = rows_of(path)
    assert header == ["a", "b"]
    assert numbers_in(rows, 2, path, 2).tolist() == [[1, 2.5]]


def test_empty_cells_and_nan_are_missing_and_a_cut_line_is_left_out(written):
    path = written("a.csv", "1,\nNaN,2\n3")
    np.testing.assert_array_equal(numbers_in(rows_of(path), 2, path, 1), [[1, np.nan], [np.nan, 2]])


def test_what_is_no_number_no_text_and_no_frame_is_said(written, monkeypatch):
    path = written("a.csv", "1,x\n2,3\n")
    with pytest.raises(DataFormatError, match="line 5: expected a number, found 'x'"):
        numbers_in(rows_of(path), 2, path, 5)
    with pytest.raises(DataFormatError, match="line 5: expected 3 cells, found 2"):
        numbers_in([["1", "2"], ["1", "2", "3"]], 3, path, 5)
    with pytest.raises(DataFormatError, match=r"line 3: expected the number of a frame, found 1\.5"):
        whole_frames(np.array([0, 1.5]), path, 2)
    with pytest.raises(DataFormatError, match="no text"):
        rows_of(written("a.csv", b"\xff\xfe\x00"))
    monkeypatch.setattr("poselift.data.keypoints.table._MOST_BYTES", 1)
    with pytest.raises(DataFormatError, match="expected at most 1 GiB"):
        rows_of(path)
