"""What is damaged in a video, and how far the damage reaches."""

from __future__ import annotations

from typing import Any


class Damage:
    """Follows the frames of one video. A frame is drawn by changing earlier ones until the next key frame comes, so
    whatever is lost or damaged reaches up to there."""

    def __init__(self) -> None:
        self._reaches_on = False
        self._seen_first = False
        self._frames = self._lost = 0
        self._first_s = self._last_s = 0.0
        self._reason = ""
        self._no_start = False

    def lose(self, reason: str | None) -> None:
        """A packet cannot be decoded."""
        self._lost += 1
        self._reason = self._reason or reason or ""
        self._reaches_on = True

    def starts_without_key(self) -> None:
        """What the first frames change lies before the beginning of the file."""
        self._no_start = self._reaches_on = True

    def reaches(self, frame: Any, shown_s: float) -> bool:
        """Whether this frame is damaged; to be asked once for each, in order."""
        if frame.key_frame:
            self._reaches_on = False
        self._reaches_on = self._reaches_on or bool(frame.is_corrupt)
        if self._reaches_on:
            self._first_s = shown_s if not self._frames else self._first_s
            self._last_s = shown_s
            self._frames += 1
        return self._reaches_on

    @property
    def why(self) -> str:
        """Why the first packet that was lost cannot be decoded, in brackets; empty if none was."""
        return f" ({self._reason})" if self._reason else ""

    def notes(self, first_shown_s: float) -> list[str]:
        """What readers of a result should know; times count from `first_shown_s` on."""
        notes = []
        if self._no_start:
            notes.append("begins in the middle: what its first frames are drawn from is not in the file")
        if self._lost:
            notes.append(f"{_counted(self._lost, 'packet')} damaged and left out{self.why}")
        if self._frames:
            first, last = self._first_s - first_shown_s, self._last_s - first_shown_s
            where = f", from {first:.2f} to {last:.2f} s" if first < last else f", at {first:.2f} s"
            where = where if first == first and last == last else ""
            part = "it shows" if self._frames == 1 else "they show"
            notes.append(f"{_counted(self._frames, 'frame')} damaged{where}: part of what {part} is made up")
        return notes


def _counted(number: int, what: str) -> str:
    return f"1 {what} is" if number == 1 else f"{number} {what}s are"
