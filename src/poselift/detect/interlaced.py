"""Whole pictures of interlaced ones, whose odd and even lines were taken one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from poselift.detect.turn import Turn


class Decoded(NamedTuple):
    """A frame as the decoder gave it.

    Attributes:
        frame: PyAV's.
        shown_s: when the file says that it is shown, NaN where it does not say.
        damaged: see `detect.damage`.
        turn: how it becomes upright.
        stands_in: it is another one, once more, because this one cannot be read.
    """

    frame: Any
    shown_s: float
    damaged: bool
    turn: Turn
    stands_in: bool = False


def deinterlaced(frames: Iterable[Decoded]) -> Iterator[Decoded]:
    """The frames, those that are flagged as interlaced made whole by FFmpeg's bwdif; the others as they are.

    One frame comes out for each that goes in. While nothing is interlaced, nothing waits.
    """
    filter_: _Bwdif | None = None
    for decoded in frames:
        frame = decoded.frame
        kind = (frame.width, frame.height, frame.format.name)
        if filter_ is not None and filter_.kind != kind:
            yield from filter_.rest()
            filter_ = None
        if filter_ is None and frame.interlaced_frame:
            filter_ = _Bwdif(kind, frame)
        if filter_ is None:
            yield decoded
        else:
            yield from filter_.made_of(decoded)
    if filter_ is not None:
        yield from filter_.rest()


class _Bwdif:
    """FFmpeg's filter, which looks at the frame before and the one after."""

    def __init__(self, kind: tuple[int, int, str], frame: Any) -> None:
        import av.filter

        self.kind = kind
        self._graph = av.filter.Graph()
        source = self._graph.add_buffer(template=frame)
        bwdif = self._graph.add("bwdif", mode="send_frame", deint="interlaced", threads="1")
        self._graph.link_nodes(source, bwdif, self._graph.add("buffersink")).configure()
        self._waiting: deque[Decoded] = deque()

    def made_of(self, decoded: Decoded) -> Iterator[Decoded]:
        """What is finished once this frame has come."""
        self._waiting.append(decoded)
        self._graph.vpush(decoded.frame)
        yield from self._finished()

    def rest(self) -> Iterator[Decoded]:
        """What waits for a frame that does not come."""
        self._graph.vpush(None)
        yield from self._finished()
        yield from self._waiting

    def _finished(self) -> Iterator[Decoded]:
        import av

        while self._waiting:
            try:
                frame = self._graph.vpull()
            except (BlockingIOError, av.error.EOFError):
                return
            yield self._waiting.popleft()._replace(frame=frame)
