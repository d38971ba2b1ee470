"""Frames that are image files of their own."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from poselift.detect.container import Stream, opened_container
from poselift.detect.interlaced import Decoded
from poselift.detect.sources import Source
from poselift.errors import DataFormatError


class Images:
    """Images, decoded one after the other.

    Attributes:
        fps, has_times, n_frames, tick_s, aspect: as of a `Stream`; images say nothing of times.
    """

    fps, has_times, tick_s, aspect = 0.0, False, 0.0, 1.0

    def __init__(self, source: Source) -> None:
        self._source = source
        self.n_frames: int | None = len(source.images)
        self._left_out: list[str] = []

    def decoded(self) -> Generator[Decoded, None, None]:
        """The images; in place of those that cannot be read, the one before or the first.

        Raises:
            DataFormatError: none can be read.
        """
        waiting, last = 0, None
        for path in self._source.images:
            try:
                last = _image(path)
            except (DataFormatError, OSError):
                self._left_out.append(path.name)
                if last is None:
                    waiting += 1
                else:
                    yield last._replace(damaged=True, stands_in=True)
                continue
            for _ in range(waiting):  # whose place it takes
                yield last._replace(damaged=True, stands_in=True)
            waiting = 0
            yield last
        if last is None:
            first, n = self._source.images[0], len(self._source.images)
            raise DataFormatError(
                f"{self._source.name}: no image can be read" + (f", from {first.name} on" if n > 1 else ""),
                "check that an image viewer can show them",
            )

    def notes(self) -> list[str]:
        """What readers of a result should know of it, after the last frame."""
        if not self._left_out:
            return []
        n, first = len(self._left_out), self._left_out[0]
        which = first if n == 1 else f"{first} and {n - 1} more"
        what = "the one before is shown for each, and nobody is looked for in it"
        return [f"{n} of {self.n_frames} images cannot be read ({which}): {what}"]


def _image(path: Path) -> Decoded:
    one = Source(str(path), path)
    # Opened here, so that FFmpeg makes no pattern of its name.
    with open(path, "rb") as file, opened_container(one, file) as container:
        stream = container.streams.video[0] if container.streams.video else None
        if stream is None or stream.codec_context is None:
            raise DataFormatError(f"{path}: expected an image", "check that an image viewer can show it")
        return next(Stream(one, container, stream).decoded())
