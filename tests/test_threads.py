"""Items made ahead come in order, and nothing goes on when their user stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import pytest

from poselift.threads import made_ahead


def made(make: Callable[[int], object], count: int) -> Generator[object, None, None]:
    return (make(number) for number in range(count))


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


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
