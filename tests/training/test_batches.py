"""However batches come to the device, they are the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from poselift.data.sources.epochs import RecordedBatches
from poselift.data.sources.recordings import Recorded
from poselift.skeleton import H36M_17
from poselift.training.batches import MadeBatches, ResidentBatches

CPU = torch.device("cpu")


def made(way, batches, device):
    return way(batches, batches.recorded, device) if way is ResidentBatches else way(batches, device)


@pytest.fixture(params=[False, True], ids=["plain", "flip"])
def batches(request):
    """Of 50 poses, 20 at a time: no batch but the first of an epoch ends where an epoch does."""
    draw = np.random.default_rng(0)
    inputs, targets = (draw.normal(size=(50, 17, axes)).astype(np.float32) for axes in (2, 3))
    return RecordedBatches(Recorded(inputs, targets, H36M_17), 20, seed=3, flip=request.param)


@pytest.mark.parametrize("way", [MadeBatches, ResidentBatches])
@pytest.mark.parametrize(("start", "stop"), [(0, 14), (7, 9), (3, 3)])
def test_they_are_those_of_the_maker(batches, way, start, stop):
    given = list(made(way, batches, CPU).between(start, stop))
    assert len(given) == stop - start
    for number, (inputs, target) in enumerate(given, start):
        expected = batches.batch(number)
        np.testing.assert_array_equal(inputs.numpy(), expected.inputs)
        np.testing.assert_array_equal(target.numpy(), expected.target)


def test_they_come_to_a_device_of_any_kind(batches):
    for way in (MadeBatches, ResidentBatches):
        for tensors in made(way, batches, torch.device("meta")).between(0, 1):
            assert [tensor.device.type for tensor in tensors] == ["meta", "meta"]


def test_a_batch_larger_than_an_epoch_goes_on_in_the_next(batches):
    large = RecordedBatches(batches.recorded, 3 * batches.poses + 7, batches.seed, batches.flip)
    ((inputs, _),) = ResidentBatches(large, large.recorded, CPU).between(1, 2)
    np.testing.assert_array_equal(inputs.numpy(), large.batch(1).inputs)
    seen = np.unique(large.batch(0).inputs[: batches.poses].reshape(batches.poses, -1), axis=0)
    assert len(seen) == batches.poses


@pytest.mark.gpu
@pytest.mark.parametrize("way", [MadeBatches, ResidentBatches])
def test_on_a_gpu_they_are_those_of_the_maker(batches, way):
    for number, (inputs, target) in enumerate(made(way, batches, torch.device("cuda", 0)).between(0, 14)):
        assert inputs.is_cuda
        assert target.is_cuda
        np.testing.assert_array_equal(inputs.cpu().numpy(), batches.batch(number).inputs)
        np.testing.assert_array_equal(target.cpu().numpy(), batches.batch(number).target)


def test_processes_make_the_same(batches):
    plain, made = (list(MadeBatches(batches, CPU, workers).between(2, 6)) for workers in (0, 2))
    for (inputs, target), (same_inputs, same_target) in zip(plain, made, strict=True):
        torch.testing.assert_close(inputs, same_inputs, rtol=0, atol=0)
        torch.testing.assert_close(target, same_target, rtol=0, atol=0)
