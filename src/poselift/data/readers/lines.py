"""Lines of text files and the numbers in them, with errors that name the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.errors import DataFormatError

HINT = "export the motion again, or leave this file out"
# No length, angle or count in a motion is larger; a damaged exponent would overflow further on.
LARGEST = 1e9
_LONGEST = 60  # characters that an error shows of a file
_BINARY = re.compile("[\0-\b\x0e-\x19\x1b-\x1f]")  # 1A ends text files of DOS


def format_error(path: Path, line: int, expected: str, found: str) -> DataFormatError:
    """The error of a file that breaks its format in `line`, counted from 1."""
    found = found if len(found) <= _LONGEST else f"{found[:_LONGEST]} ..."
    return DataFormatError(f"{path}, line {line}: expected {expected}, found {found}", HINT)


def read_lines(path: Path) -> list[str]:
    """The lines of a text file up to the last that is not blank.

    Raises:
        DataFormatError: it cannot be read, is empty, or is no text.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})", "check the path") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:  # old exporters write names and comments in the code page of their country
        text = data.decode("latin-1")
    binary = _BINARY.search(text)
    if binary:
        raise DataFormatError(f"{path}: expected text, found binary data at character {binary.start() + 1}", HINT)
    if not text.strip():
        raise DataFormatError(f"{path}: expected text, found an empty file", HINT)
    return re.split("\r\n|\r|\n", text.rstrip(" \t\r\n\x1a"))


def number(path: Path, line: int, word: str) -> float:
    """`word` as a number from -LARGEST to LARGEST.

    Raises:
        DataFormatError: it is none.
    """
    try:
        value = float(word)
    except ValueError:
        raise format_error(path, line, "a number", repr(word)) from None
    if not abs(value) <= LARGEST:
        raise format_error(path, line, f"a number up to {LARGEST:.0e}", repr(word))
    return value


def number_rows(
    path: Path, lines: Sequence[str], first: int, width: int, what: str
) -> Float[np.ndarray, "rows width"]:
    """The rows of numbers from line `first` (counted from 1) to the end; blank lines at the end do not count.

    Raises:
        DataFormatError: a row does not have `width` numbers, or something in it is no number.
    """
    last = len(lines)
    while last >= first and not lines[last - 1].strip():
        last -= 1
    rows = [line.split() for line in lines[first - 1 : last]]
    for n, row in enumerate(rows):
        if len(row) != width:
            raise format_error(path, first + n, f"{width} {what}", f"{len(row)}")
    return numbers(path, rows, range(first, last + 1), width)


def numbers(
    path: Path, rows: Sequence[Sequence[str]], lines: Sequence[int], width: int
) -> Float[np.ndarray, "rows width"]:
    """Rows of `width` words each as numbers; `lines` says which line each row is from.

    Raises:
        DataFormatError: a word is no number.
    """
    try:
        values = np.array(rows, dtype=np.float64).reshape(len(rows), width)
        if (np.abs(values) <= LARGEST).all():
            return values
    except ValueError:
        pass
    # Slower, and names the word and its line.
    checked = [[number(path, line, word) for word in row] for line, row in zip(lines, rows, strict=True)]
    return np.array(checked).reshape(len(rows), width)
