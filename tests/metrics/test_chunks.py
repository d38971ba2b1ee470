"""Work in pieces: they cover all in order, and do not depend on how many cores there are."""

from __future__ import annotations

import pytest

from poselift.metrics import chunks
from poselift.metrics.chunks import CHUNK_FRAMES, LIGHT_FRAMES, in_chunks


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("n_frames", [0, 1, LIGHT_FRAMES, CHUNK_FRAMES, 5 * CHUNK_FRAMES + 1])
def test_pieces_cover_everything_in_order_whatever_the_cores(monkeypatch, n_frames, light):
    found = []
    for cores in (1, 3):
        monkeypatch.setattr(chunks, "usable_cores", lambda cores=cores: cores)
        found.append(in_chunks(lambda frames: list(range(frames.start, frames.stop)), n_frames, light=light))
    assert found[0] == found[1]
    assert [frame for piece in found[0] for frame in piece] == list(range(n_frames))
    assert max(map(len, found[0]), default=0) <= (LIGHT_FRAMES if light else CHUNK_FRAMES)


def test_an_error_in_a_thread_comes_out(monkeypatch):
    monkeypatch.setattr(chunks, "usable_cores", lambda: 2)
    with pytest.raises(ZeroDivisionError):
        in_chunks(lambda frames: 1 // (frames.start - CHUNK_FRAMES), 3 * CHUNK_FRAMES)
