from __future__ import annotations

import sys
from typing import NamedTuple

import pytest

from poselift.cli.main import main


class Ended(NamedTuple):
    """How a command ended; lines of what it said."""

    code: int
    out: list[str]
    err: list[str]


@pytest.fixture
def poselift(monkeypatch, capfd):
    """Run the `poselift` command in this process."""

    def run(*words) -> Ended:
        monkeypatch.setattr(sys, "argv", ["poselift", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return Ended(ended.value.code or 0, out.splitlines(), err.splitlines())

    return run
