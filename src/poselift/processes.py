"""Items made ahead by other processes, each of which holds a copy of what makes them."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

T = TypeVar("T")

# So many for each process: one is made while another waits to be taken.
_AHEAD = 2
_held: Callable[[int], Any]


def made_by_processes(make: Callable[[int], T], numbers: Iterable[int], processes: int) -> Generator[T, None, None]:
    """`make` of each number, in order, by so many processes. Their errors are raised here.

    When the caller stops early, closes the generator or fails, the processes end.

    Args:
        make: can be pickled; each process gets it once.
    """
    # Not forked: threads of this process, such as those of CUDA, would be missing in a copy of it.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_hold, initargs=(make,))
    left = iter(numbers)
    try:
        waiting = deque(pool.submit(_make, number) for number in islice(left, _AHEAD * processes))
        while waiting:
            item = waiting.popleft().result()
            waiting.extend(pool.submit(_make, number) for number in islice(left, 1))
            yield item
    finally:
        pool.shutdown(cancel_futures=True)


def _hold(make: Callable[[int], Any]) -> None:
    global _held
    _held = make
    # Such signals go to all processes of a terminal; the first of them stops this one when it has seen to its own.
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, signal.SIG_IGN)


def _make(number: int) -> Any:
    return _held(number)
