"""How many cores there are, and work beside other work: items made ahead by one thread, or worked on by several."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from queue import Full, Queue, SimpleQueue
from threading import Event, Semaphore
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# A few hide uneven times of making; more only take memory.
_AHEAD = 4
# So often those who wait look whether anybody still wants what they wait for.
_LOOK_S = 0.1
_END: Any = object()


def usable_cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def made_ahead(items: Generator[T, None, None], ahead: int = _AHEAD) -> Generator[T, None, None]:
    """The items in order, made so many ahead by one thread. Its errors are raised here.

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


def worked_on_in_runs(
    work: Callable[[Iterator[T]], R],
    items: Generator[T, None, None],
    ends: Callable[[int, T], bool],
    *,
    threads: int,
    waiting: int,
) -> Generator[R, None, None]:
    """`work` of each run of consecutive items, in order, by so many threads at once. Its errors are raised here.

    One more thread makes the items, and a run is begun as soon as its first one is there. When the caller stops
    early, closes the generator or fails, the threads end, and `items` is closed.

    Args:
        work: is given the items of a run as they are made.
        ends: whether the item that is the n-th of its run, counted from 1, is the last one.
        waiting: how many items are held at most, besides those that are worked on.
    """
    with ThreadPoolExecutor(1, "ahead") as maker, ThreadPoolExecutor(threads, "work") as workers:
        runs = _Runs(lambda run: workers.submit(work, run), ends, waiting, threads)
        made = maker.submit(runs.make, items)
        try:
            while (run := runs.begun.get()) is not None:
                yield run.result()
            made.result()
        finally:
            runs.stopped.set()
            workers.shutdown(cancel_futures=True)


class _Runs(Generic[T]):
    """Items on their way from the thread that makes them to those that work on them."""

    def __init__(
        self,
        begin: Callable[[Iterator[T]], Future[Any]],
        ends: Callable[[int, T], bool],
        waiting: int,
        runs: int,
    ) -> None:
        self._begin, self._ends = begin, ends
        self._room = Semaphore(waiting)
        # Nobody works far ahead of a caller who takes long over a result.
        self.begun: Queue[Future[Any] | None] = Queue(runs + 1)
        self.stopped = Event()

    def make(self, items: Generator[T, None, None]) -> None:
        """Make all items, and begin a run with the first of each."""
        run: SimpleQueue[T] | None = None
        length = 0
        with closing(items):
            try:
                for item in items:
                    if not self._waited(partial(self._room.acquire, timeout=_LOOK_S)):
                        return
                    if run is None:
                        run, length = SimpleQueue(), 0
                        self._put(self._begin(self._taken(run)))
                    run.put(item)
                    length += 1
                    if self._ends(length, item):
                        run.put(_END)
                        run = None
            finally:
                if run is not None:
                    run.put(_END)
                self._put(None)

    def _taken(self, run: SimpleQueue[T]) -> Iterator[T]:
        while (item := run.get()) is not _END and not self.stopped.is_set():
            self._room.release()
            yield item
            del item  # or it would be held until the next one is there

    def _put(self, run: Future[Any] | None) -> None:
        def put() -> bool:
            with suppress(Full):
                self.begun.put(run, timeout=_LOOK_S)
                return True
            return False

        self._waited(put)

    def _waited(self, done: Callable[[], bool]) -> bool:
        """Try until it is done, or nobody wants it any more."""
        while not self.stopped.is_set():
            if done():
                return True
        return False
