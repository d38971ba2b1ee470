"""Items made by other processes are those that this one would make."""

import os
import signal

import pytest

from poselift.processes import made_by_processes


def square(number: int) -> tuple[int, int]:
    if number == 13:
        raise ValueError("no thirteen")
    return number**2, os.getpid()


def test_they_come_in_order_from_several_others():
    made = list(made_by_processes(square, range(3, 11), 2))
    assert [value for value, _ in made] == [number**2 for number in range(3, 11)]
    assert os.getpid() not in {process for _, process in made}


def test_who_stops_everything_is_obeyed_by_the_first_process_alone():
    made = made_by_processes(square, range(10**9), 1)
    _, process = next(made)
    for wanted in (signal.SIGINT, signal.SIGTERM):
        os.kill(process, wanted)
    assert [next(made) for _ in range(5)] == [(number**2, process) for number in range(1, 6)]
    made.close()


def test_errors_are_raised_here_and_an_early_end_is_one():
    made = made_by_processes(square, range(12, 10**9), 2)
    assert next(made)[0] == 144
    with pytest.raises(ValueError, match="no thirteen"):
        next(made)
    another = made_by_processes(square, iter(range(10**9)), 1)
    assert next(another)[0] == 0
    another.close()
