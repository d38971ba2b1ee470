"""Items made ahead and worked on come in order, and nothing goes on when their user stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import pytest

from poselift.threads import made_ahead, worked_on


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


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_work_is_handed_out_in_order(count, workers):
    """Although the first item takes longest."""
    others = threading.Event()

    def work(n):
        if n == 0 and workers > 1 and count > 1:
            assert others.wait(20)
        others.set()
        return n * n

    assert list(worked_on(work, made(lambda n: n, count), workers)) == [n * n for n in range(count)]
    assert threads() == []


def test_several_work_at_once_and_few_items_wait():
    both = threading.Barrier(2, timeout=20)
    asked: list[int] = []
    results = worked_on(lambda n: both.wait() >= 0, made(asked.append, 1000), 2)
    for done in range(1, 6):
        assert next(results)
        assert len(asked) <= done + 2
    both.abort()
    results.close()
    assert threads() == []


def test_an_error_of_the_work_comes_out_and_ends_it():
    worked: list[int] = []

    def work(n):
        worked.append(n)
        return 1 // (2 - n)

    with pytest.raises(ZeroDivisionError):
        list(worked_on(work, made(lambda n: n, 1000), 2))
    assert len(worked) < 10
    assert threads() == []
