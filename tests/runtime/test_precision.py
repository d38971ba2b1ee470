"""Which file of a model is run, and what is remembered of the choice."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from poselift.deploy.onnx import export_onnx
from poselift.errors import CheckpointError, RecipeError
from poselift.lifting.lifter import DEFAULT_MODEL, Lifter
from poselift.models import create_model
from poselift.runtime import precision as module
from poselift.runtime.precision import int8_path

X = np.random.default_rng(0).normal(size=(300, 17, 2)).astype(np.float32)


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    torch.manual_seed(0)
    network = create_model("lcn", channels=8, layers=1, normalisation="person_centred", add_input=False)
    export_onnx(network, {}, tmp_path / "m.onnx")
    export_onnx(network, {}, tmp_path / "m.int8.onnx", precision="int8", calibration=X)
    return tmp_path / "m.onnx"


def runs(model, precision) -> str:
    return Lifter(model, precision=precision).about["precision"]


def records(tmp_path) -> list:
    return sorted((tmp_path / "cache").rglob("*.json"))


def test_the_precision_chooses_the_file(model):
    assert [runs(model, kind) for kind in ("float32", "int8")] == ["float32", "int8"]
    exact, fast = (Lifter(model, precision=kind).network_output(X) for kind in ("float32", "int8"))
    assert 0 < np.abs(fast - exact).mean() < 0.05 * exact.std()


@pytest.mark.parametrize(
    ("gain", "change", "chosen"), [(3.0, 0.01, "int8"), (1.1, 0.01, "float32"), (3.0, 0.5, "float32")]
)
def test_auto_takes_bytes_where_they_are_faster_and_right_and_remembers_it(
    model, tmp_path, monkeypatch, gain, change, chosen
):
    monkeypatch.setattr(module, "measured", lambda *_: {"gain": gain, "change": change})
    assert runs(model, "auto") == chosen
    (record,) = records(tmp_path)
    assert json.loads(record.read_text()) == {"precision": chosen, "gain": gain, "change": change}
    monkeypatch.setattr(module, "measured", lambda *_: pytest.fail("measured twice"))
    assert runs(model, "auto") == chosen


def test_what_is_measured_is_the_change_of_the_output(model):
    exact, fast = module.Network(model), module.Network(int8_path(model))
    assert module.measured(fast, fast)["change"] == 0
    with pytest.raises(CheckpointError, match="int8"):
        module.measured(exact, exact)
    found = module.measured(exact, fast)
    assert 0 < found["change"] < 0.02
    assert found["gain"] > 0


def test_another_model_or_a_spoilt_record_is_measured_again(model, tmp_path, monkeypatch):
    found = {"gain": 3.0, "change": 0.01}
    monkeypatch.setattr(module, "measured", lambda *_: found)
    assert runs(model, "auto") == "int8"
    found["gain"] = 1.0
    records(tmp_path)[0].write_text("{")
    assert runs(model, "auto") == "float32"
    export_onnx(create_model("lcn", channels=8, layers=1, normalisation="person_centred"), {}, model, overwrite=True)
    runs(model, "auto")
    assert len(records(tmp_path)) == 2


def test_a_model_without_an_int8_file_runs_exactly_or_says_how_to_write_one(model):
    int8_path(model).unlink()
    assert runs(model, "auto") == "float32"
    with pytest.raises(CheckpointError, match="int8") as caught:
        Lifter(model, precision="int8")
    assert "--calibrate" in caught.value.hint
    with pytest.raises(RecipeError, match="bfloat16"):
        Lifter(model, precision="bfloat16")


def test_the_default_model_in_bytes_moves_joints_by_millimetres():
    found = module.measured(module.Network(DEFAULT_MODEL), module.Network(int8_path(DEFAULT_MODEL)))
    assert 1e-4 < found["change"] < 0.015
