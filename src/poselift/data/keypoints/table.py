"""Tables of text, whatever spreadsheet or country wrote them: commas, semicolons, tabs, and decimal commas."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from jaxtyping import Float

from poselift.errors import DataFormatError

_MOST_BYTES = 2**30
_DELIMITERS = ";\t,"


def rows_of(path: Path) -> list[list[str]]:
    """The cells of a table, line by line, without empty lines. It may begin with a byte order mark.

    Raises:
        DataFormatError: it cannot be read, is no text, or larger than 1 GiB.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise DataFormatError(f"{path}: expected at most 1 GiB of text, found {size / 2**30:.1f}", "split it")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})", "check the path") from None
    except UnicodeDecodeError:
        raise DataFormatError(f"{path}: no text", "write it as UTF-8") from None
    first = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise DataFormatError(f"{path}: no table ({error})", "write it again") from None


def numbers_in(rows: list[list[str]], columns: int, path: Path, first_line: int) -> Float[np.ndarray, "rows columns"]:
    """The numbers of rows of so many columns; an empty cell is NaN. A last row that is cut short is left out.

    Args:
        first_line: the line of the first row, for errors.

    Raises:
        DataFormatError: a row has another length, or a cell is no number.
    """
    if rows and len(rows[-1]) < columns:
        rows = rows[:-1]
    values = np.full((len(rows), columns), np.nan)
    for n, row in enumerate(rows):
        if len(row) != columns:
            raise DataFormatError(f"{path}: line {first_line + n}: expected {columns} cells, found {len(row)}")
        try:
            values[n] = [float(cell) if cell else np.nan for cell in row]
        except ValueError:
            values[n] = [_number(cell, path, first_line + n) for cell in row]
    return values


def _number(cell: str, path: Path, line: int) -> float:
    try:
        return float(cell.strip().replace(",", ".") or "nan")
    except ValueError:
        raise DataFormatError(f"{path}: line {line}: expected a number, found {cell[:40]!r}") from None


def whole_frames(values: Float[np.ndarray, " rows"], path: Path, first_line: int) -> list[int]:
    """Numbers of frames that a column holds.

    Raises:
        DataFormatError: one is no whole number of 0 or more.
    """
    wrong = np.flatnonzero(~((values >= 0) & (values == np.floor(values)) & (values < 2**53)))
    if len(wrong):
        row = int(wrong[0])
        raise DataFormatError(
            f"{path}: line {first_line + row}: expected the number of a frame, found {values[row]:g}"
        )
    return [int(value) for value in values]
