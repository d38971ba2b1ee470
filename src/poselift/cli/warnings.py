"""What the libraries warn of, on the command line."""

from __future__ import annotations

import logging

import typer


class Warnings(logging.Handler):
    """Shows every warning once: several threads, or two readings of a file, may find the same."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message not in self._told:
            self._told |= {message, getattr(record, "note", message)}
            typer.secho(f"warning: {message}", fg="yellow", err=True)

    def told(self, note: str) -> bool:
        """Whether a note of a result (see `Footage.notes`) was shown as a warning already."""
        return note in self._told


# The one of this process: commands ask it what has been told.
WARNINGS = Warnings()
