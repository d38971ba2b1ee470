"""A report goes to the format that the file's name ends in."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from poselift.errors import OutputError
from poselift.evaluation.report_files import FORMATS, write_comparison, write_report
from poselift.metrics import compared, evaluate
from poselift.skeleton import H36M_17


@pytest.fixture(scope="module")
def report():
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 300, (6, 17, 3))
    actions = ["walk"] * 4 + ["sit"] * 2
    return evaluate(
        truth + rng.normal(0, 20, truth.shape), truth, H36M_17, {"action": actions}, about={"model": "a/b.onnx"}
    )


@pytest.fixture(params=[write_report, write_comparison], ids=["report", "comparison"])
def write(request, report):
    what = report if request.param is write_report else compared({"b": report}, "procrustes", "action")
    return lambda path, **options: request.param(what, path, **options)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_has_its_own_form(write, tmp_path, ending):
    path = tmp_path / f"r{ending}"
    write(path)
    if ending == ".png":
        assert path.read_bytes().startswith(b"\x89PNG")
        return
    text = path.read_text()
    if ending == ".json":
        assert "procrustes" in json.dumps(json.loads(text))
    elif ending == ".csv":
        assert len(list(csv.DictReader(text.splitlines()))) > 0
    else:
        assert {".tex": "\\toprule", ".svg": "<svg"}[ending] in text


def test_an_older_file_is_kept_unless_told_otherwise(write, tmp_path):
    path = tmp_path / "r.json"
    path.write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        write(path)
    assert path.read_text() == "mine"
    write(path, overwrite=True)
    assert json.loads(path.read_text())


def test_another_ending_is_refused(write, tmp_path):
    with pytest.raises(OutputError, match="expected a name that ends in"):
        write(tmp_path / "r.txt")
