"""Items made ahead and worked on come in order, and nothing goes on when their user stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator

import pytest

from poselift.threads import made_ahead, worked_on_in_runs


def made(make: Callable[[int], object], count: int) -> Generator[object, None, None]:
    return (make(number) for number in range(count))


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(("ahead", "work"))]


@pytest.mark.parametrize("count", [0, 1, 3, 4, 20])
def test_the_order_is_kept(count):
    assert list(made_ahead(made(lambda n: n * n, count))) == [n * n for n in range(count)]


def test_nothing_is_an_item_like_any_other():
    assert list(made_ahead(made(lambda n: None, 5))) == [None] * 5


def test_making_stops_when_it_is_closed():
    numbers: list[int] = []
    items = made_ahead(made(numbers.append, 1000))
    next(items)
    items.close()
    assert len(numbers) < 10


def test_an_error_in_the_making_comes_out():
    with pytest.raises(ZeroDivisionError):
        list(made_ahead(made(lambda n: 1 // (2 - n), 10)))


def test_a_generator_that_is_left_ends_its_thread_and_its_source():
    ended = threading.Event()

    def numbers():
        try:
            yield from range(1000)
        finally:
            ended.set()

    items = made_ahead(numbers())
    assert [next(items), next(items)] == [0, 1]
    assert len(threads()) == 1
    items.close()
    assert ended.is_set()
    assert threads() == []


def in_runs(work, items, *, length=3, workers=2, waiting=6):
    return worked_on_in_runs(work, items, lambda n, item: n == length, threads=workers, waiting=waiting)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 30])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_runs_are_worked_on_whole_and_handed_out_in_order(count, workers):
    """Although the first run waits for the second one where it can."""
    second = threading.Event()

    def work(run):
        run = list(run)
        if run[0] == 0 and workers > 1 and count > 3:
            assert second.wait(20)
        second.set()
        return run

    results = list(in_runs(work, made(lambda n: n, count), workers=workers))
    assert results == [list(range(first, min(first + 3, count))) for first in range(0, count, 3)]
    assert threads() == []


def test_no_more_runs_are_worked_on_at_once_than_there_are_threads():
    at_once, most, lock = 0, 0, threading.Lock()

    def work(run):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        for _ in run:
            time.sleep(0.001)
        with lock:
            at_once -= 1

    list(in_runs(work, made(lambda n: n, 60), workers=2))
    assert most == 2
    list(in_runs(work, made(lambda n: n, 60), workers=1))
    assert at_once == 0


def test_few_items_wait_for_slow_work_and_for_a_slow_caller():
    taken: list[int] = []
    asked: list[int] = []
    most = 0

    def work(run):
        nonlocal most
        for item in run:
            most = max(most, len(asked) - len(taken))
            taken.append(item)
            time.sleep(0.002)

    results = in_runs(work, made(lambda n: asked.append(n) or n, 300), workers=2, waiting=6)
    next(results)
    time.sleep(0.3)
    assert len(asked) < 3 * (1 + 1 + 3 + 2) + 6 + 2
    assert sum(1 for _ in results) == 99
    assert most <= 6 + 2 + 1


def test_a_run_is_begun_before_it_is_whole():
    gate = threading.Event()

    def items():
        yield 0
        assert gate.wait(20)
        yield 1

    def work(run):
        first = next(run)
        gate.set()
        return [first, *run]

    assert list(in_runs(work, items(), length=2)) == [[0, 1]]


def test_an_error_of_the_work_comes_out_and_ends_it():
    asked: list[int] = []

    def work(run):
        for item in run:
            1 // (4 - item)

    with pytest.raises(ZeroDivisionError):
        list(in_runs(work, made(lambda n: asked.append(n) or n, 1000)))
    assert len(asked) < 40
    assert threads() == []


def test_an_error_of_the_making_comes_after_what_was_made_before():
    results = in_runs(list, made(lambda n: 1 // (4 - n), 10))
    assert next(results) == [0, 0, 0]
    with pytest.raises(ZeroDivisionError):
        list(results)
    assert threads() == []


def test_runs_that_are_left_end_their_threads_and_their_source():
    ended = threading.Event()

    def items():
        try:
            yield from range(1000)
        finally:
            ended.set()

    results = in_runs(list, items())
    assert next(results) == [0, 1, 2]
    results.close()
    assert ended.is_set()
    assert threads() == []
