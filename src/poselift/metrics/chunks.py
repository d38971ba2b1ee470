"""Work on many poses: pieces that fit the processor's cache, heavy work over the cores that this process may use."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from poselift.threads import usable_cores

T = TypeVar("T")

# 17 joints in float64 are 0.8 MB: with a few temporary arrays, what a core's cache holds.
LIGHT_FRAMES = 2048
# Longer pieces let threads meet less often at Python's lock, which is worth more than the cache.
CHUNK_FRAMES = 2 * LIGHT_FRAMES
# Beyond that the threads wait for memory and for each other.
_MOST_THREADS = 8


def in_chunks(function: Callable[[slice], T], n_frames: int, *, light: bool = False) -> list[T]:
    """`function` of slices that cover `n_frames` frames in order.

    The slices do not depend on the number of cores, so sums over them do not either.

    Args:
        light: the function passes over its numbers a few times only. Threads would wait for Python's lock longer than
            they work, so one does it all.
    """
    length = LIGHT_FRAMES if light else CHUNK_FRAMES
    slices = [slice(a, min(a + length, n_frames)) for a in range(0, n_frames, length)]
    threads = 1 if light else min(usable_cores(), _MOST_THREADS, len(slices))
    if threads <= 1:
        return [function(frames) for frames in slices]
    with ThreadPoolExecutor(threads, thread_name_prefix="metrics") as pool:
        return list(pool.map(function, slices))
