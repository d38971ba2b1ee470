"""Items made by other processes are those that this one would make."""

import os

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


def test_errors_are_raised_here_and_an_early_end_is_one():
    made = made_by_processes(square, range(12, 10**9), 2)
    assert next(made)[0] == 144
    with pytest.raises(ValueError, match="no thirteen"):
        next(made)
    another = made_by_processes(square, iter(range(10**9)), 1)
    assert next(another)[0] == 0
    another.close()
