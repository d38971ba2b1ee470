"""A network that is read back from its file predicts what the file does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.deploy.onnx import export_onnx
from poselift.deploy.read_back import network_of_onnx, read_onnx
from poselift.errors import CheckpointError
from poselift.models import create_model
from poselift.runtime.network import Network
from poselift.runtime.shipped import model_file

CALIBRATION = np.random.default_rng(1).normal(size=(40, 17, 2)).astype(np.float32)


def exported(model, path, precision="float32"):
    calibration = CALIBRATION if precision == "int8" else None
    export_onnx(model, {}, path, precision=precision, calibration=calibration)
    return path


@torch.no_grad()
def differ_by(path, model):
    frames = (model.window.frames,) if model.window.frames > 1 else ()
    shape = (9, *frames, len(model.skeleton), model.config.in_channels)
    seen = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    expected = Network(path, threads=1).run(seen)
    return np.abs(model(torch.from_numpy(seen)).numpy() - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("precision", ["float32", "float16_weights"])
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("lcn", {"channels": 8, "layers": 2}),
        ("lcn", {"channels": 64, "layers": 1, "hops": 2}),  # joints in several groups
        ("lcn", {"channels": 8, "layers": 1, "max_norm": False, "add_input": False}),
        ("lcn", {"channels": 8, "layers": 1, "mask": "learnable", "max_norm": False}),
        ("lcn", {"channels": 8, "layers": 1, "share": "symmetric", "uncertainty": True}),
        ("lcn_fast", {"channels": 8, "layers": 1}),
        ("temporal_lcn", {"channels": 8}),
        ("temporal_lcn", {"channels": 48, "filter_widths": [1, 3, 5], "causal": True}),
        ("temporal_lcn", {"channels": 40, "filter_widths": [1, 1, 1], "hops": 1, "skeleton": "body21"}),
        ("temporal_lcn", {"channels": 8, "filter_widths": [3], "uncertainty": True}),
        ("simple_baseline", {"linear_size": 34, "layers": 1}),
        ("simple_baseline", {"linear_size": 30, "layers": 1}),
    ],
)
def test_what_is_read_back_predicts_the_same(settled, tmp_path, name, settings, precision):
    path = exported(settled(create_model(name, **settings)), tmp_path / "m.onnx", precision)
    model, header = network_of_onnx(path)
    assert header.model == name
    # A network that clips its matrices clips what the rounding to float16 added, too.
    assert differ_by(path, model) < (1e-5 if precision == "float32" else 1e-3)


def test_the_default_model_is_read_back():
    path = model_file("default")
    model, header = network_of_onnx(path)
    assert header.details["precision"] == "float16_weights"
    assert differ_by(path, model) < 1e-5


def test_what_cannot_be_read_back_is_refused(tmp_path, settled):
    small = settled(create_model("lcn", channels=4, layers=1))
    with pytest.raises(CheckpointError, match="rounded to bytes"):
        network_of_onnx(exported(small, tmp_path / "i.onnx", "int8"))
    learned = settled(create_model("lcn", channels=4, layers=1, mask="learnable"))
    with torch.no_grad():  # every joint listens to itself alone
        learned.mask_logits.copy_(50 * torch.eye(17))
    with pytest.raises(CheckpointError, match=r"l\.onnx: its weights cannot be read back.*clipped to 1") as caught:
        network_of_onnx(exported(learned, tmp_path / "l.onnx"))
    assert "checkpoint" in caught.value.hint


def test_a_network_that_torch_exported_is_refused(tmp_path):
    path = exported(create_model("videopose3d", channels=4, filter_widths=[3]), tmp_path / "v.onnx")
    with pytest.raises(CheckpointError, match=r"v\.onnx: .*keeps no weights to train"):
        network_of_onnx(path)


def test_what_is_no_model_of_ours_is_refused(tmp_path, settled):
    path = exported(settled(create_model("lcn", channels=4, layers=1)), tmp_path / "m.onnx")
    (tmp_path / "none.onnx").write_bytes(b"none at all")
    with pytest.raises(CheckpointError, match=r"none\.onnx"):
        read_onnx(tmp_path / "none.onnx")
    with pytest.raises(CheckpointError, match=r"gone\.onnx: cannot be read"):
        read_onnx(tmp_path / "gone.onnx")
    made = read_onnx(path)[1]
    del made.graph.initializer[0]
    (tmp_path / "cut.onnx").write_bytes(made.SerializeToString())
    with pytest.raises(CheckpointError, match=r"cut\.onnx: its weights cannot be read back"):
        network_of_onnx(tmp_path / "cut.onnx")
