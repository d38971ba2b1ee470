"""The exported model computes what the reference computes, and describes itself."""

from __future__ import annotations

import json
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from poselift import __version__
from poselift.deploy.onnx import export_onnx
from poselift.errors import CheckpointError, MissingExtraError, OutputError, RecipeError
from poselift.models import create_model
from poselift.skeleton import SKELETONS

ABOUT = {"licence": "MIT", "data": {"source": "made up"}, "errors": {"mean_mm": 50.0}, "step": 7}
LCN = {"channels": 4, "layers": 1}
BASELINE = {"linear_size": 16, "layers": 1}
VARIANTS = [
    ("lcn", LCN),
    ("lcn", {**LCN, "layers": 0, "hops": 1}),
    ("lcn", {**LCN, "layers": 2, "mask": "learnable"}),
    ("lcn", {**LCN, "in_channels": 3, "skeleton": "halpe26"}),
    ("lcn", {**LCN, "batch_norm": False, "max_norm": False}),
    ("lcn", {**LCN, "residual": False, "add_input": False, "normalisation": "person_centred"}),
    ("lcn", {"layers": 1}),
    ("lcn", {"layers": 1, "hops": 1, "in_channels": 3, "residual": False}),
    ("lcn_fast", {**LCN, "layers": 2, "hops": 2}),
    ("simple_baseline", BASELINE),
    ("simple_baseline", {**BASELINE, "layers": 0, "add_input": True, "in_channels": 3}),
    ("simple_baseline", {**BASELINE, "layers": 2, "residual": False, "skeleton": "coco17"}),
    ("simple_baseline", {**BASELINE, "batch_norm": False, "max_norm": False}),
]


@torch.no_grad()
def trained(name: str, **config):
    """A network none of whose weights or statistics are at their start."""
    torch.manual_seed(0)
    model = create_model(name, **config)
    for key, tensor in model.state_dict().items():
        tensor.copy_(
            torch.randn(tensor.shape) / 4 if key.endswith(("weight", "bias")) else torch.rand(tensor.shape) + 0.3
        )
    return model.eval()


def session(path):
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def run(path, x: np.ndarray) -> np.ndarray:
    return session(path).run(["joints_out"], {"joints_norm": x})[0]


def inputs(model, count: int = 20) -> np.ndarray:
    shape = (count, len(model.skeleton), model.config.in_channels)
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def expected(model, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return model.double()(torch.from_numpy(x).double()).numpy()


def described(path) -> dict:
    return json.loads(session(path).get_modelmeta().custom_metadata_map["poselift"])


@pytest.mark.parametrize(("name", "config"), VARIANTS, ids=str)
def test_the_folded_network_is_the_reference(tmp_path, name, config):
    model = trained(name, **config)
    export_onnx(model, ABOUT, tmp_path / "m.onnx")
    x = inputs(model)
    np.testing.assert_allclose(run(tmp_path / "m.onnx", x), expected(model, x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["lcn", "simple_baseline"])
def test_half_the_bytes_change_the_output_little(tmp_path, name):
    config = {"lcn": {"channels": 16}, "simple_baseline": {"linear_size": 128}}[name]
    model = trained(name, **config)
    export_onnx(model, ABOUT, tmp_path / "full.onnx")
    export_onnx(model, ABOUT, tmp_path / "half.onnx", precision="float16_weights")
    x = inputs(model)
    error = np.abs(run(tmp_path / "half.onnx", x) - expected(model, x))
    assert 1e-6 < error.max() < 1e-3 * np.abs(expected(model, x)).max()
    sizes = [(tmp_path / f"{kind}.onnx").stat().st_size for kind in ("full", "half")]
    assert sizes[1] < 0.55 * sizes[0]
    assert described(tmp_path / "half.onnx")["precision"] == "float16_weights"


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("lcn", {"layers": 1}),
        ("lcn", {"layers": 2, "channels": 16, "residual": False}),
        ("simple_baseline", {"linear_size": 64}),
    ],
    ids=str,
)
def test_bytes_change_the_output_little(tmp_path, name, config):
    model = trained(name, **config, add_input=False, max_norm=False)
    export_onnx(model, ABOUT, tmp_path / "full.onnx")
    export_onnx(model, ABOUT, tmp_path / "int8.onnx", precision="int8", calibration=inputs(model, 200))
    x = inputs(model, 50)
    truth = expected(model, x)
    error = np.abs(run(tmp_path / "int8.onnx", x) - truth)
    assert 1e-4 * truth.std() < error.mean() < 0.03 * truth.std()
    assert described(tmp_path / "int8.onnx")["precision"] == "int8"
    sizes = [(tmp_path / f"{kind}.onnx").stat().st_size for kind in ("full", "int8")]
    assert sizes[1] < sizes[0]


def test_int8_alone_needs_calibration(tmp_path):
    model = trained("lcn", **LCN)
    for precision, calibration in (("int8", None), ("float32", inputs(model))):
        with pytest.raises(RecipeError, match="calibration"):
            export_onnx(model, {}, tmp_path / "m.onnx", precision=precision, calibration=calibration)
    assert not list(tmp_path.iterdir())


def test_any_number_of_poses_goes_through_none_included(tmp_path):
    model = trained("lcn", **LCN)
    export_onnx(model, ABOUT, tmp_path / "m.onnx")
    many = run(tmp_path / "m.onnx", inputs(model, 7))
    for count in (0, 1, 7):
        np.testing.assert_allclose(run(tmp_path / "m.onnx", inputs(model, 7)[:count]), many[:count], atol=1e-6)


@pytest.mark.parametrize("normalisation", ["person_centred", "image_frame"])
def test_the_file_describes_itself(tmp_path, normalisation):
    model = trained("lcn", **LCN, in_channels=3, skeleton="coco17", normalisation=normalisation)
    export_onnx(model, ABOUT, tmp_path / "m.onnx")
    about = described(tmp_path / "m.onnx")
    assert about["format"] == "poselift-model"
    assert about["version"] == 2
    assert about["model"] == "lcn"
    assert about["config"]["channels"] == 4
    assert about["config"]["skeleton"] == "coco17"
    assert about["skeleton"] == SKELETONS["coco17"].as_dict()
    assert about["window"]["frames"] == 1
    assert about["normalisation"] == normalisation
    assert {"person_centred": "metres relative to the root", "image_frame": "width"}[normalisation] in about["output"]
    assert "third input channel" in about["confidence"]
    assert about["licence"] == "MIT"
    assert about["training_data"] == {"source": "made up"}
    assert about["errors"] == {"mean_mm": 50.0}
    assert about["about"] == {"step": 7}
    assert about["poselift_version"] == __version__


def test_the_graph_is_plain_and_its_sides_are_named(tmp_path):
    export_onnx(trained("lcn", **LCN), {}, tmp_path / "m.onnx")
    model = onnx.load(tmp_path / "m.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert {node.op_type for node in model.graph.node} <= {"Flatten", "Gemm", "MatMul", "LeakyRelu", "Add", "Reshape"}
    opened = session(tmp_path / "m.onnx")
    sides = [(s.name, s.shape, s.type) for s in (*opened.get_inputs(), *opened.get_outputs())]
    assert sides == [
        ("joints_norm", ["batch", 17, 2], "tensor(float)"),
        ("joints_out", ["batch", 17, 3], "tensor(float)"),
    ]
    assert described(tmp_path / "m.onnx")["licence"] == "not stated"


def test_exporting_twice_writes_the_same_bytes(tmp_path):
    model = trained("lcn", **LCN)
    export_onnx(model, ABOUT, tmp_path / "m.onnx")
    before = (tmp_path / "m.onnx").read_bytes()
    with pytest.raises(OutputError):
        export_onnx(model, ABOUT, tmp_path / "m.onnx")
    export_onnx(model.train(), ABOUT, tmp_path / "m.onnx", overwrite=True)
    assert (tmp_path / "m.onnx").read_bytes() == before


def test_what_cannot_be_exported_leaves_no_file(tmp_path, monkeypatch):
    model = trained("lcn", **LCN)
    with pytest.raises(RecipeError, match="int4"):
        export_onnx(model, ABOUT, tmp_path / "m.onnx", precision="int4")
    with pytest.raises(RecipeError, match="Linear"):
        export_onnx(torch.nn.Linear(1, 1), ABOUT, tmp_path / "m.onnx")
    with pytest.raises(CheckpointError, match="JSON"):
        export_onnx(model, {"errors": float("inf")}, tmp_path / "m.onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match="onnx"):
        export_onnx(model, ABOUT, tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())
