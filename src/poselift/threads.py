"""How many cores there are, and work beside other work: items made ahead by one thread, or worked on by several."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# A few hide uneven times of making; more only take memory.
_AHEAD = 4
_END: Any = object()


def usable_cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def made_ahead(items: Generator[T, None, None], ahead: int = _AHEAD) -> Generator[T, None, None]:
    """The items in order, made `ahead` of their use by one thread. Its errors are raised here.

    When the caller stops early, closes the generator or fails, the thread ends and `items` is closed.
    """
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        waiting = deque(thread.submit(next, items, _END) for _ in range(ahead))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(thread.submit(next, items, _END))
                yield item
        finally:
            thread.shutdown(cancel_futures=True)


def worked_on(work: Callable[[T], R], items: Generator[T, None, None], threads: int) -> Generator[R, None, None]:
    """`work` of each item, in order, by so many threads at once. Its errors are raised here.

    One more item waits than there are threads, so that none is idle while the caller uses a result. When the caller
    stops early, closes the generator or fails, no more work is begun, and `items` is closed.
    """
    with closing(items), ThreadPoolExecutor(threads, thread_name_prefix="work") as pool:
        under_way: deque[Future[R]] = deque()
        try:
            for item in items:
                under_way.append(pool.submit(work, item))
                del item  # a thread lets go of it when it is done
                if len(under_way) > threads:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
