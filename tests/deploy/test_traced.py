"""A network that does not fold goes to a file by torch's exporter, and computes there what it computes in torch."""

from __future__ import annotations

import hashlib
import json
import logging
import sys

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from poselift.data.windows import Window
from poselift.deploy.onnx import export_onnx
from poselift.errors import CheckpointError, ExternalToolError, MissingExtraError, RecipeError
from poselift.models import MODELS, create_model
from poselift.models.base import LiftingNetwork
from poselift.models.checkpoint import load_checkpoint, save_checkpoint
from poselift.models.config import NetworkConfig
from poselift.runtime.network import Network
from poselift.skeleton import skeleton_of


class MadeUpConfig(NetworkConfig):
    normalisation: str = "person_centred"
    frames: int = 9
    predicts: str = "middle"


class MadeUp(LiftingNetwork):
    """Convolutions over time with all that a network may have in training and lose afterwards."""

    Config = MadeUpConfig

    def __init__(self, config: MadeUpConfig) -> None:
        super().__init__()
        self.config, self.skeleton = config, skeleton_of(config.skeleton)
        joints = len(self.skeleton)
        around = 3 if config.frames > 1 else 1
        self.expand = nn.Conv1d(joints * config.in_channels, 32, around, padding=around // 2, bias=False)
        self.norm, self.dropout = nn.BatchNorm1d(32), nn.Dropout(0.5)
        self.shrink = nn.Conv1d(32, joints * 3, 1)

    @property
    def window(self) -> Window:
        return Window(frames=self.config.frames, predicts=self.config.predicts)

    def forward(self, joints_norm):
        seen = joints_norm.flatten(2).transpose(1, 2)
        hidden = self.dropout(torch.relu(self.norm(self.expand(seen))))
        joints = self.shrink(hidden).transpose(1, 2).unflatten(2, (-1, 3))
        return joints[:, self.window.predicted]


class ByValue(MadeUp):
    """Another way for other numbers, which no recorded graph can know."""

    def forward(self, joints_norm):
        joints = super().forward(joints_norm)
        return joints if joints_norm.sum() > 0 else -joints


class ByBatch(MadeUp):
    """What stands beside a window in a batch matters."""

    def forward(self, joints_norm):
        joints = super().forward(joints_norm)
        return joints + joints.mean(0, keepdim=True)


class Noisy(MadeUp):
    """Never the same twice."""

    def forward(self, joints_norm):
        return super().forward(joints_norm) + torch.randn(1)


NETWORKS = {"made_up": MadeUp, "by_value": ByValue, "by_batch": ByBatch, "noisy": Noisy}
SETTINGS = [
    {"frames": 9},
    {"frames": 9, "predicts": "last", "in_channels": 3, "skeleton": "coco17"},
    {"frames": 4, "predicts": "all"},
    {"frames": 1},
    {"frames": 1, "predicts": "all"},
]


@pytest.fixture(autouse=True)
def in_the_table(monkeypatch):
    for name, kind in NETWORKS.items():
        monkeypatch.setitem(MODELS, name, f"{kind.__module__}:{kind.__qualname__}")


@torch.no_grad()
def trained(name: str = "made_up", **config) -> LiftingNetwork:
    """A network none of whose weights or statistics are at their start."""
    torch.manual_seed(0)
    model = create_model(name, **config)
    model.norm.running_mean.uniform_(-1, 1)
    model.norm.running_var.uniform_(0.5, 2)
    return model.eval()


def inputs(model, count: int = 7) -> np.ndarray:
    frames = () if model.window.frames == 1 else (model.window.frames,)
    shape = (count, *frames, len(model.skeleton), model.config.in_channels)
    return np.random.default_rng(1).normal(size=shape).astype(np.float32)


def expected(model, x: np.ndarray) -> np.ndarray:
    seen = torch.from_numpy(x)
    with torch.no_grad():
        return model(seen[:, None] if model.window.frames == 1 else seen).numpy()


def described(path) -> dict:
    return json.loads(Network(path, threads=1).metadata["poselift"])


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_file_is_the_network(tmp_path, settings):
    model = trained(**settings)
    export_onnx(model, {}, tmp_path / "m.onnx")
    network, x = Network(tmp_path / "m.onnx", threads=1), inputs(model)
    joints, channels = len(model.skeleton), model.config.in_channels
    time = [] if settings["frames"] == 1 else [settings["frames"]]
    assert network.sides == [
        ("joints_norm", [*time, joints, channels]),
        ("joints_out", [*(time if settings.get("predicts") == "all" else []), joints, 3]),
    ]
    for count in (0, 1, 2, 7):
        np.testing.assert_allclose(network.run(x[:count]), expected(model, x[:count]), rtol=0, atol=1e-5)
    about = described(tmp_path / "m.onnx")
    assert Window.of(about["window"]) == model.window
    assert about["precision"] == "float32"
    assert "metres relative to the root" in about["output"]


def test_its_checkpoint_is_of_the_same_window(tmp_path):
    model = trained(frames=5, predicts="last")
    save_checkpoint(tmp_path / "m.safetensors", model, name="made_up", about={})
    loaded, header = load_checkpoint(tmp_path / "m.safetensors")
    assert header.window == loaded.window == Window(frames=5, predicts="last")


def test_half_the_bytes_change_the_output_little(tmp_path):
    model = trained()
    export_onnx(model, {}, tmp_path / "full.onnx")
    export_onnx(model, {}, tmp_path / "half.onnx", precision="float16_weights")
    x = inputs(model)
    truth = expected(model, x)
    off = np.abs(Network(tmp_path / "half.onnx", threads=1).run(x) - truth).max()
    assert 1e-6 < off < 1e-3 * np.abs(truth).max()
    kinds = [weight.data_type for weight in onnx.load(tmp_path / "half.onnx").graph.initializer if weight.dims[1:]]
    assert kinds == [onnx.TensorProto.FLOAT16] * 2
    assert described(tmp_path / "half.onnx")["precision"] == "float16_weights"


@torch.no_grad()
def test_weights_that_half_the_bytes_cannot_hold_are_noticed(tmp_path):
    model = trained()
    model.shrink.weight[3, 4] = 1e6
    with pytest.raises(CheckpointError, match=r"m\.onnx: made_up, .* inputs: the file's joints differ from torch's"):
        export_onnx(model, {}, tmp_path / "m.onnx", precision="float16_weights")
    assert not list(tmp_path.iterdir())


def test_exporting_twice_writes_the_same_bytes_and_changes_nothing(tmp_path):
    model = trained().train()
    state = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    sums = set()
    for name in ("a", "b"):
        export_onnx(model, {}, tmp_path / f"{name}.onnx")
        sums.add(hashlib.sha256((tmp_path / f"{name}.onnx").read_bytes()).hexdigest())
    assert len(sums) == 1
    assert model.training
    assert all(torch.equal(state[key], tensor) for key, tensor in model.state_dict().items())


def test_nothing_in_the_file_tells_where_it_was_made(tmp_path):
    export_onnx(trained(), {}, tmp_path / "m.onnx")
    content = (tmp_path / "m.onnx").read_bytes()
    for telling in (b".py", b"stack_trace", b"aten", b"MadeUp", torch.__version__.encode()):
        assert telling not in content
    made = onnx.load(tmp_path / "m.onnx")
    onnx.checker.check_model(made, full_check=True)
    assert (made.ir_version, made.producer_name) == (8, "poselift")
    assert {node.op_type for node in made.graph.node} <= {"Reshape", "Transpose", "Conv", "Relu", "Gather", "Slice"}


def test_the_exporter_says_nothing(tmp_path, capfd, caplog):
    logger = logging.getLogger("torch")
    level = logger.level
    export_onnx(trained(), {}, tmp_path / "m.onnx")
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
    assert logger.level == level


def test_what_depends_on_values_is_refused(tmp_path):
    with pytest.raises(
        ExternalToolError, match=r"torch cannot write by_value as \.onnx: Could not guard on"
    ) as caught:
        export_onnx(trained("by_value"), {}, tmp_path / "m.onnx")
    assert "\n" not in str(caught.value)
    assert "values of tensors" in caught.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["noisy", "by_batch"])
def test_a_file_that_computes_something_else_does_not_appear(tmp_path, name):
    with pytest.raises(CheckpointError, match=rf"m\.onnx: {name}, random inputs: the file's joints differ"):
        export_onnx(trained(name), {}, tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


def test_bytes_are_for_networks_that_fold(tmp_path):
    model = trained()
    with pytest.raises(RecipeError, match=r"precision int8: .* made_up has none") as caught:
        export_onnx(model, {}, tmp_path / "m.onnx", precision="int8", calibration=inputs(model))
    assert "float16_weights" in caught.value.hint
    with pytest.raises(RecipeError, match="calibration"):
        export_onnx(model, {}, tmp_path / "m.onnx", calibration=inputs(model))


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    model = trained()
    monkeypatch.setattr(torch, "__version__", torch.torch_version.TorchVersion("2.7.1"))
    with pytest.raises(ExternalToolError, match=r"torch 2\.7\.1 cannot write made_up"):
        export_onnx(model, {}, tmp_path / "m.onnx")
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(MissingExtraError, match="onnxscript"):
        export_onnx(model, {}, tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())
