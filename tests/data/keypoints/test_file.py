"""What a user names: a file or a folder of them, its beginning and its JSON."""

from __future__ import annotations

import math

import pytest

from poselift.data.keypoints.file import KeypointFile
from poselift.errors import DataFormatError


def test_the_files_of_a_folder_are_in_the_order_of_their_numbers(tmp_path):
    for name in ("a_10.json", "a_9.json", ".hidden", "a_100.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "sub").mkdir()
    file = KeypointFile(tmp_path)
    assert [part.name for part in file.parts] == ["a_9.json", "a_10.json", "a_100.json"]
    assert (file.is_folder, file.suffix, file.is_json) == (True, ".json", True)


def test_json_may_begin_with_a_mark_and_hold_nan(tmp_path):
    path = tmp_path / "a.JSON"
    path.write_bytes(b'\xef\xbb\xbf [{"x": NaN}]\r\n')
    file = KeypointFile(path)
    assert file.is_json
    assert math.isnan(file.document[0]["x"])
    assert file.suffix == ".json"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[{"x": 1},\n {"x"', "line 2, column 6: no JSON, or cut short"),
        (b"", "line 1, column 1: no JSON"),
        (b"\xff\xfe[\x00]\x00", "no JSON .UnicodeDecodeError"),
        (b"[" * 100_000, "no JSON .RecursionError"),
    ],
)
def test_what_is_no_json_is_one_line(tmp_path, content, message):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DataFormatError, match=message) as error:
        KeypointFile(path).document  # noqa: B018
    assert "\n" not in str(error.value)


def test_more_json_than_memory_holds_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.touch()
    with open(path, "r+b") as opened:
        opened.truncate(2**30 + 1)
    with pytest.raises(DataFormatError, match="expected at most 1 GiB"):
        KeypointFile(path).document  # noqa: B018


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(DataFormatError, match="no such file or folder"):
        KeypointFile(tmp_path / "a.json")
    with pytest.raises(DataFormatError, match="found an empty folder"):
        KeypointFile(tmp_path)
