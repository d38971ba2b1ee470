"""Every row of the readers' table keeps the contract by which the command line offers it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from poselift.data.readers import READERS, read_silently
from poselift.data.readers.option import Option
from poselift.data.store import DatasetStore
from poselift.lookup import look_up


@pytest.mark.parametrize("name", READERS)
def test_a_row_leads_to_a_function_that_says_what_it_takes(name):
    read = look_up(READERS, name, "reader")
    hints = get_type_hints(read, include_extras=True)
    source, *options = inspect.signature(read).parameters.values()
    assert get_args(hints[source.name])[0] in (Path, Sequence[Path])
    assert hints["return"] is DatasetStore
    assert options.pop().name == "on_read"
    for option in (source, *options):
        _, said = get_args(hints[option.name])
        assert isinstance(said, Option)
        assert said.help.endswith(".")
    assert all(option.kind is inspect.Parameter.KEYWORD_ONLY for option in options)
    assert inspect.getdoc(read)


def test_nobody_has_to_listen():
    assert read_silently(1, None) is None
