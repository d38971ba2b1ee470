"""A file, or a folder of files, of keypoints: what is told from its beginning, and what is read once."""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from poselift.errors import DataFormatError

_HEAD_BYTES = 65_536
# Parsed, JSON takes some eight times as much memory.
_MOST_JSON_BYTES = 2**30
_NUMBERS = re.compile(r"(\d+)")


class KeypointFile:
    """What a user names. Nothing is read before it is asked for, and nothing twice.

    Attributes:
        path: as it was named.
        parts: the files themselves, by the numbers in their names: of a folder, those that are not hidden; else the
            one file.

    Raises:
        DataFormatError: there is no such file, it cannot be read, or a folder holds no file.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            if not self.path.exists():
                raise DataFormatError(f"{path}: no such file or folder", "check the path")
            self.is_folder = self.path.is_dir()
            found = self.path.iterdir() if self.is_folder else iter((self.path,))
            files = (each for each in found if not self.is_folder or (each.is_file() and each.name[0] != "."))
            self.parts: tuple[Path, ...] = tuple(sorted(files, key=_by_number))
        except OSError as error:
            raise DataFormatError(f"{path}: cannot be read ({error.strerror})", "check the path") from None
        if not self.parts:
            raise DataFormatError(f"{path}: expected files of keypoints, found an empty folder", "check the path")

    @property
    def suffix(self) -> str:
        """The ending of the first file's name, in small letters, such as `.json`."""
        return self.parts[0].suffix.lower()

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB of the first file."""
        try:
            with open(self.parts[0], "rb") as opened:
                return opened.read(_HEAD_BYTES)
        except OSError as error:
            raise DataFormatError(f"{self.parts[0]}: cannot be read ({error.strerror})", "check the path") from None

    @property
    def is_json(self) -> bool:
        """Whether the first file begins as JSON does."""
        return self.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")

    @cached_property
    def document(self) -> Any:
        """The first file as JSON. NaN is read as what it says.

        Raises:
            DataFormatError: it is no JSON, cut short, or too large.
        """
        return json_of(self.parts[0])


def json_of(path: Path) -> Any:
    """What a file of JSON holds; it may begin with a byte order mark.

    Raises:
        DataFormatError: it cannot be read, is no JSON, cut short, or larger than 1 GiB.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_JSON_BYTES:
            raise DataFormatError(f"{path}: expected at most 1 GiB of JSON, found {size / 2**30:.1f}", "split it")
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})", "check the path") from None
    except json.JSONDecodeError as error:
        raise DataFormatError(
            f"{path}: line {error.lineno}, column {error.colno}: no JSON, or cut short ({error.msg})",
            "write the file again, or leave it out",
        ) from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise DataFormatError(f"{path}: no JSON ({type(error).__name__})", "write the file again") from None


def _by_number(path: Path) -> tuple[list[int], str]:
    """Names in the order of the numbers in them, so that frame 10 comes after frame 9; the name decides the rest."""
    return [int(number) for number in _NUMBERS.findall(path.stem)], path.name
