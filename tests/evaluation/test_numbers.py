"""Networks of single frames are measured as they were before there were windows."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

FILES = Path(__file__).parents[1] / "data_files"


def test_networks_of_single_frames_get_the_numbers_that_they_got(tmp_path):
    script = importlib.util.spec_from_file_location("make_evaluation_numbers", FILES / "make_evaluation_numbers.py")
    module = importlib.util.module_from_spec(script)
    script.loader.exec_module(module)
    expected, found = json.loads((FILES / "evaluation_numbers.json").read_text()), module.numbers(tmp_path)
    assert found.keys() == expected.keys()
    for case, errors in expected.items():
        assert found[case] == pytest.approx(errors, rel=1e-6), case
