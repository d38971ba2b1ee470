"""The examples in docstrings say what happens."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import poselift

SOURCE = Path(__file__).parents[1] / "src"
WITH_EXAMPLES = [
    ".".join(file.relative_to(SOURCE).with_suffix("").parts)
    for file in sorted(SOURCE.rglob("*.py"))
    if ">>> " in file.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", poselift.__all__)
def test_every_public_name_has_an_example(name):
    shown = getattr(poselift, name)
    if name == "SKELETONS":  # a table has no docstring of its own
        shown = import_module(f"poselift.{poselift._HOMES[name]}")
    assert ">>> " in shown.__doc__


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_in_docstrings(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert doctest.testmod(import_module(module)).failed == 0
