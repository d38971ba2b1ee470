"""How many cores there are, and items made by a background thread while earlier ones are in use: batches while a step
runs, frames while the detector works."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

T = TypeVar("T")

# A few hide uneven times of making; more only take memory.
_AHEAD = 4
_END: Any = object()


def usable_cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def made_ahead(items: Generator[T, None, None]) -> Generator[T, None, None]:
    """The items in order, made a few ahead by one thread. Its errors are raised here.

    When the caller stops early, closes the generator or fails, the thread ends and `items` is closed.
    """
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        waiting = deque(thread.submit(next, items, _END) for _ in range(_AHEAD))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(thread.submit(next, items, _END))
                yield item
        finally:
            thread.shutdown(cancel_futures=True)
