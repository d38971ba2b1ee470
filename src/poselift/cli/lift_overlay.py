"""The overlay that `poselift lift` draws while it lifts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from poselift.errors import PoseliftError

if TYPE_CHECKING:
    from poselift.data.scene import Scene
    from poselift.detect.frames import VideoInfo
    from poselift.detect.picture import Picture
    from poselift.viz.overlay import Kept, OverlayWriter


class Drawing:
    """Draws with a writer until that fails: the poses are worth more than the overlay, and lifting goes on."""

    def __init__(self, writer: OverlayWriter) -> None:
        self._writer = writer
        self.failure: PoseliftError | None = None

    def kept(self, picture: Picture) -> Kept:
        return self._writer.kept(picture)

    def write(self, pictures: list[Kept], scene: Scene) -> None:
        if self.failure is None:
            try:
                self._writer.write(pictures, scene)
            except PoseliftError as error:
                self.failure = error


@contextmanager
def overlay_of(info: VideoInfo | None, path: Path) -> Iterator[Drawing | None]:
    """What draws the overlay of a video at `path`; None where there is no video to draw on.

    Raises:
        MissingExtraError, ExternalToolError, OutputError: as for the writer, at the end, when all else is done.
    """
    if info is None:
        yield None
        return
    from poselift.viz.overlay import OverlayWriter

    with OverlayWriter(path, info.size_px, info.fps, overwrite=True) as writer:
        drawing = Drawing(writer)
        yield drawing
        if drawing.failure is not None:
            raise drawing.failure
