"""Standard output and standard error: that they are full, or that nobody reads them any more, ends no work."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Stream(io.FileIO):
    """Takes whatever is written, and once that cannot be passed on, remembers why."""

    failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        if self.failure is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


class Printed:
    """What became of what is printed.

    Attributes:
        lost_because: why it could not be written, if so; a reader who has gone wants no more, and loses nothing.
    """

    def __init__(self, output: _Stream | None) -> None:
        self._output = output

    @property
    def lost_because(self) -> OSError | None:
        failure = self._output.failure if self._output is not None else None
        return None if isinstance(failure, BrokenPipeError) else failure


@contextmanager
def lasting_streams() -> Iterator[Printed]:
    """Within the block, printing and warning never fail: what cannot be written is dropped."""
    _occupy_closed()
    before = sys.stdout, sys.stderr
    (sys.stdout, output), (sys.stderr, _) = map(_lasting, before)
    try:
        yield Printed(output)
    finally:
        sys.stdout, sys.stderr = before


def _lasting(stream: Any) -> tuple[Any, _Stream | None]:
    """A stream that writes to the same file; what is no file (a console of Windows, a test's capture) stays."""
    buffer = getattr(stream, "buffer", None)
    if not isinstance(getattr(buffer, "raw", buffer), io.FileIO):
        return stream, None
    raw = _Stream(stream.fileno(), "wb", closefd=False)
    text = io.TextIOWrapper(
        raw if isinstance(buffer, io.FileIO) else io.BufferedWriter(raw),  # as PYTHONUNBUFFERED wants it
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    return text, raw


def _occupy_closed() -> None:
    """Where a standard stream is closed, the next file to be opened would take its place, and get what libraries in C
    print."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(opened)
