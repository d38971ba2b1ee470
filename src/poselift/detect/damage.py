"""What is damaged in a video, and how far the damage reaches."""

from __future__ import annotations

from typing import Any

# More places than this are told as one.
_MOST_SPANS = 5


class Damage:
    """Follows the frames of one video. A frame is drawn by changing earlier ones until the next key frame comes, so
    whatever is lost or damaged reaches up to there."""

    def __init__(self) -> None:
        self._reaches_on = self._reached = False
        self._frames = self._lost = 0
        self._spans_s: list[list[float]] = []  # times of the first and the last of consecutive frames
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
            if not self._reached:
                self._spans_s.append([shown_s, shown_s])
            self._spans_s[-1][1] = shown_s
            self._frames += 1
        self._reached = self._reaches_on
        return self._reached

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
            part = "it shows" if self._frames == 1 else "they show"
            where = self._where(first_shown_s)
            notes.append(f"{_counted(self._frames, 'frame')} damaged{where}: part of what {part} is made up")
        return notes

    def _where(self, first_shown_s: float) -> str:
        """When damaged frames are shown, as far as the file says."""
        spans = [(first - first_shown_s, last - first_shown_s) for first, last in self._spans_s]
        spans = [(first, last) for first, last in spans if first <= last]  # a missing time is neither
        if len(spans) > _MOST_SPANS:
            return f", in {len(spans)} places from {spans[0][0]:.2f} to {spans[-1][1]:.2f} s"
        when = [f"from {a:.2f} to {b:.2f} s" if a < b else f"at {a:.2f} s" for a, b in spans]
        return "".join(f", {one}" for one in when)


def _counted(number: int, what: str) -> str:
    return f"1 {what} is" if number == 1 else f"{number} {what}s are"
