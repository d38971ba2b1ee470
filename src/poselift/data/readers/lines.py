"""Lines of text files and the numbers in them, with errors that name the line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.errors import DataFormatError

HINT = "export the motion again, or leave this file out"


def format_error(path: Path, line: int, expected: str, found: str) -> DataFormatError:
    """The error of a file that breaks its format in `line`, counted from 1."""
    return DataFormatError(f"{path}, line {line}: expected {expected}, found {found}", HINT)


def read_lines(path: Path) -> list[str]:
    """The lines of a text file.

    Raises:
        DataFormatError: it cannot be read, is empty, or is no text.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})", "check the path") from None
    except UnicodeDecodeError as error:
        raise DataFormatError(f"{path}: expected text, found byte {error.start} that is none", HINT) from None
    if "\0" in text:
        raise DataFormatError(f"{path}: expected text, found binary data", HINT)
    if not text.strip():
        raise DataFormatError(f"{path}: expected text, found an empty file", HINT)
    return text.splitlines()


def number(path: Path, line: int, word: str) -> float:
    """`word` as a finite number.

    Raises:
        DataFormatError: it is none.
    """
    try:
        value = float(word)
    except ValueError:
        raise format_error(path, line, "a number", repr(word)) from None
    if not np.isfinite(value):
        raise format_error(path, line, "a finite number", repr(word))
    return value


def number_rows(
    path: Path, lines: Sequence[str], first: int, width: int, what: str
) -> Float[np.ndarray, "rows width"]:
    """The rows of numbers from line `first` (counted from 1) to the end; blank lines at the end do not count.

    Raises:
        DataFormatError: a row does not have `width` numbers, or something in it is no finite number.
    """
    last = len(lines)
    while last >= first and not lines[last - 1].strip():
        last -= 1
    rows = [line.split() for line in lines[first - 1 : last]]
    for n, row in enumerate(rows):
        if len(row) != width:
            raise format_error(path, first + n, f"{width} {what}", f"{len(row)}")
    try:
        values = np.array([word for row in rows for word in row], dtype=np.float64).reshape(len(rows), width)
    except ValueError:
        values = np.full((1, 1), np.nan)
    if not np.isfinite(values).all():
        for n, row in enumerate(rows):
            for word in row:
                number(path, first + n, word)
    return values
