"""However poses are dealt out to threads, the numbers are the same."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from poselift.deploy.onnx import export_onnx
from poselift.errors import RecipeError
from poselift.lifting.lifter import Lifter
from poselift.models import create_model
from poselift.runtime.network import Network


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "m.onnx"
    export_onnx(create_model("lcn", channels=4, layers=1), {}, path)
    return path


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 31, 32, 200, 1000])
def test_any_number_of_poses_on_any_number_of_threads(path, count, threads):
    x = np.random.default_rng(0).normal(size=(1000, 17, 2)).astype(np.float32)
    network = Network(path, threads)
    whole = np.concatenate([network.run(x[[n]]) for n in range(0, count, 97)] or [np.empty((0, 17, 3))])
    out = network.run(x[:count])
    assert out.shape == (count, 17, 3)
    np.testing.assert_allclose(out[::97], whole, rtol=0, atol=1e-5)


def sums_over_time(path, frames, predicts_all):
    """A file whose joints are the x, y of a window, summed over it or added up along it, and a zero z."""
    along, over = ([frames], "CumSum") if predicts_all else ([], "ReduceSum")
    pads = [0] * (5 + 2 * len(along)) + [1]  # behind the last of the axes (batch, along, J, xy)
    constants = {"axis": [1], "pads": pads}
    nodes = [
        helper.make_node(over, ["joints_norm", "axis"], ["sum"], **({} if along else {"keepdims": 0})),
        helper.make_node("Pad", ["sum", "pads"], ["joints_out"]),
    ]
    seen, out = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
        for name, shape in (("joints_norm", [frames, 17, 2]), ("joints_out", [*along, 17, 3]))
    )
    weights = [helper.make_tensor(name, TensorProto.INT64, [len(v)], v) for name, v in constants.items()]
    graph = helper.make_graph(nodes, "sums", [seen], [out], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(made.SerializeToString())
    return path


@pytest.mark.parametrize("predicts_all", [False, True])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("frames", [2, 27, 5000])
def test_windows_are_dealt_out_as_poses_are(tmp_path, frames, threads, predicts_all):
    network = Network(sums_over_time(tmp_path / "m.onnx", frames, predicts_all), threads)
    time = [frames] if predicts_all else []
    assert network.sides == [("joints_norm", [frames, 17, 2]), ("joints_out", [*time, 17, 3])]
    whole = np.random.default_rng(0).integers(-9, 10, size=(140 if frames < 100 else 33, frames, 17, 2))
    truth = whole.cumsum(axis=1) if predicts_all else whole.sum(axis=1)
    for count in (0, 1, 31, 32, len(whole)):
        out = network.run(whole[:count].astype(np.float32))
        assert out.shape == (count, *time, 17, 3)
        np.testing.assert_array_equal(out[..., :2], truth[:count])


def test_the_file_is_read_once_and_not_missed_later(path, tmp_path):
    copy = tmp_path / "m.onnx"
    copy.write_bytes(path.read_bytes())
    network, x = Network(copy, 2), np.ones((200, 17, 2), np.float32)
    copy.unlink()
    np.testing.assert_allclose(network.run(x), Network(path, 1).run(x), rtol=0, atol=1e-5)


class FakeSession(onnxruntime.InferenceSession):
    """Runs on the processor, and says that it runs where it was asked to unless CUDA does not start."""

    starts = True
    asked: ClassVar[list] = []

    def __init__(self, graph, options, providers):
        super().__init__(graph, options, providers=["CPUExecutionProvider"])
        FakeSession.asked.append(providers)
        self.names = [provider if isinstance(provider, str) else provider[0] for provider in providers]

    def get_providers(self):
        return self.names if self.starts else self.names[-1:]


@pytest.fixture
def cuda(monkeypatch):
    """An onnxruntime that passes for the one with CUDA."""
    monkeypatch.setattr(FakeSession, "asked", [])
    monkeypatch.setattr(FakeSession, "starts", True)
    monkeypatch.setattr(onnxruntime, "InferenceSession", FakeSession)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])


@pytest.mark.parametrize(("device", "there"), [("cuda", True), ("auto", True), ("cpu", False)])
def test_a_device_takes_all_poses_at_once_in_full_float32(path, cuda, device, there):
    x = np.random.default_rng(0).normal(size=(200, 17, 2)).astype(np.float32)
    out = Network(path, 2, device).run(x)
    np.testing.assert_allclose(out, Network(path, 1).run(x), rtol=0, atol=1e-5)
    first = FakeSession.asked[0][0]
    assert first == (("CUDAExecutionProvider", {"use_tf32": "0"}) if there else "CPUExecutionProvider")


def test_a_device_that_is_not_there_is_refused(path, monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    assert Network(path, 1, "auto").device == "cpu"
    with pytest.raises(RecipeError, match="device 'cuda' is not available") as caught:
        Network(path, 1, "cuda")
    assert "onnxruntime-gpu" in caught.value.hint
    with pytest.raises(RecipeError, match="expected one of cpu, cuda, auto, got 'tpu'"):
        Network(path, 1, "tpu")


def test_a_device_that_does_not_start_is_refused(path, cuda, monkeypatch):
    monkeypatch.setattr(FakeSession, "starts", False)
    with pytest.raises(RecipeError, match="could not start CUDA"):
        Network(path, 1, "cuda")


def test_auto_is_the_processor_where_cuda_does_not_start(path, cuda, monkeypatch):
    monkeypatch.setattr(FakeSession, "starts", False)
    x = np.random.default_rng(0).normal(size=(200, 17, 2)).astype(np.float32)
    network = Network(path, 2, "auto")
    assert network.device == "cpu"
    np.testing.assert_array_equal(network.run(x), Network(path, 2).run(x))


def test_bytes_are_for_processors(path, cuda):
    with pytest.raises(RecipeError, match="int8 is for processors"):
        Lifter(path, precision="int8", device="cuda")
    on_cuda = Lifter(path, precision="auto", device="cuda")
    assert (on_cuda.device, on_cuda.about["precision"]) == ("cuda", "float32")


@pytest.mark.gpu
@pytest.mark.skipif(
    "CUDAExecutionProvider" not in onnxruntime.get_available_providers(), reason="no onnxruntime with CUDA here"
)
def test_on_a_gpu_it_is_the_same_function(path):
    x = np.random.default_rng(0).normal(size=(200, 17, 2)).astype(np.float32)
    np.testing.assert_allclose(Network(path, 1, "cuda").run(x), Network(path, 1).run(x), rtol=0, atol=1e-4)
