"""A function that is replayed does what it does when it is called."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext

import pytest
import torch
from safetensors.torch import load_file

from poselift.training import loop
from poselift.training.replay import Replayed


class FakeGraph:
    """Calls again, into the same memory, what was called while it was recorded."""

    def replay(self):
        FakeGraph.replays += 1
        self.output.copy_(self.function(*self.inputs))


class FakeStream:
    def __init__(self, device):
        assert device.type == "cpu"

    def wait_stream(self, other):
        assert isinstance(other, FakeStream)


@pytest.fixture
def replayed(monkeypatch):
    """`Replayed`, on a processor that passes for a CUDA device; a recording computes nothing, as there."""
    FakeGraph.replays = 0
    draws = torch.random.fork_rng
    monkeypatch.setattr(torch.cuda, "CUDAGraph", FakeGraph)
    monkeypatch.setattr(torch.cuda, "Stream", FakeStream)
    monkeypatch.setattr(torch.cuda, "current_stream", FakeStream)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    monkeypatch.setattr(torch.random, "fork_rng", lambda devices: draws([]))

    def make(function, buffers):
        made = Replayed(function, buffers)

        @contextmanager
        def record(graph):
            before = [buffer.clone() for buffer in buffers]
            yield
            for buffer, value in zip(buffers, before, strict=True):
                buffer.copy_(value)
            graph.function, graph.inputs, graph.output = function, made._inputs, made._output

        # What is recorded is known after the block, so the graph learns of it at its end.
        monkeypatch.setattr(torch.cuda, "graph", record)
        return made

    return make


def test_the_calls_before_the_recording_leave_no_trace(replayed):
    count = torch.zeros(())

    def function(x):
        count.add_(1)
        return x * torch.rand(()) + count

    call = replayed(function, [count])
    torch.manual_seed(5)
    first = call(torch.tensor([2.0])).clone()
    second = call(torch.tensor([3.0])).clone()
    torch.manual_seed(5)
    draws = torch.rand(()), torch.rand(())
    torch.testing.assert_close(first, 2 * draws[0] + 1 + torch.zeros(1))
    torch.testing.assert_close(second, 3 * draws[1] + 2 + torch.zeros(1))
    assert count == 2
    assert FakeGraph.replays == 2


def test_the_callers_tensors_are_left_alone(replayed):
    call = replayed(lambda x, y: x + y, [])
    x, y = torch.tensor([1.0]), torch.tensor([10.0])
    assert call(x, y) == 11
    assert call(y, y) == 20
    assert (x, y) == (1, 10)


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["lcn", "lcn_fast"])
@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_on_a_gpu_a_replayed_run_is_the_called_run(run, monkeypatch, name, precision):
    sections = {"model": {"name": name}, "train": {"precision": precision}, "optim": {"clip_norm": 0.5}}
    there = {"options": {"device": "cuda"}}
    replayed, _ = run("replayed", **there, **sections)
    monkeypatch.setattr(loop, "Replayed", lambda function, buffers: function)
    called, _ = run("called", **there, **sections)
    ours, theirs = (load_file(folder / "final.safetensors") for folder in (replayed, called))
    for key, tensor in theirs.items():
        torch.testing.assert_close(ours[key], tensor, rtol=1e-3, atol=1e-5)


@pytest.mark.gpu
def test_on_a_gpu_a_run_is_resumed(run):
    whole, _ = run("whole", options={"device": "cuda"})
    asked = iter(range(100))
    run("cut", options={"device": "cuda", "stop": lambda: next(asked) == 4})
    cut, _ = run("cut", options={"device": "cuda", "resume": True})
    ours, theirs = (load_file(folder / "final.safetensors") for folder in (cut, whole))
    for key, tensor in theirs.items():
        torch.testing.assert_close(ours[key], tensor, rtol=1e-4, atol=1e-6)
