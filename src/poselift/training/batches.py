"""Batches on the device that trains: copied there as they are made, or rows of what lies there."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import torch
from torch import Tensor

from poselift.data.sources.batch import Batch
from poselift.data.sources.epochs import RecordedBatches
from poselift.data.sources.recordings import Recorded
from poselift.processes import made_by_processes
from poselift.threads import made_ahead

TensorBatch: TypeAlias = tuple[Tensor, Tensor]


class Batches(Protocol):
    """Training batches by their number, the same one every time."""

    def between(self, start: int, stop: int) -> Generator[TensorBatch, None, None]:
        """Inputs and targets as in `data.sources.batch.Batch`, on the device, of batches `start` to `stop` - 1."""
        ...


class BatchMaker(Protocol):
    """Makes batches in the processor's memory."""

    def batch(self, number: int) -> Batch: ...


@dataclass(frozen=True, eq=False)
class MadeBatches:
    """Batches that the processor makes a few ahead, while earlier ones are in use.

    Attributes:
        workers: how many processes make them; 0 for a thread of this one.
    """

    maker: BatchMaker
    device: torch.device
    workers: int = 0

    def between(self, start: int, stop: int) -> Generator[TensorBatch, None, None]:
        numbers = range(start, stop)
        if self.workers and numbers:
            made = made_by_processes(self.maker.batch, numbers, self.workers)
        else:
            made = made_ahead(self.maker.batch(number) for number in numbers)
        with closing(made) as batches:
            for inputs, target in batches:
                yield self._placed(inputs), self._placed(target)

    def _placed(self, array: np.ndarray) -> Tensor:
        tensor = torch.from_numpy(array)
        if self.device.type == "cuda":  # out of pinned memory it is copied while the device computes
            return tensor.pin_memory().to(self.device, non_blocking=True)
        return tensor.to(self.device)


class ResidentBatches:
    """The same batches as those of `batches`, out of single frames that lie on the device with their mirror images.

    The order of an epoch is copied there once; a step copies nothing.
    """

    def __init__(self, batches: RecordedBatches, recorded: Recorded, device: torch.device) -> None:
        self._batches, self._device = batches, device
        self._inputs, self._targets = map(self._placed, (recorded.inputs, recorded.targets))
        self._orders: dict[int, Tensor] = {}

    def between(self, start: int, stop: int) -> Generator[TensorBatch, None, None]:
        for number in range(start, stop):
            parts = self._batches.parts(number)
            self._orders = {epoch: self._order(epoch) for epoch, _ in parts}
            rows = torch.cat([self._orders[epoch][part] for epoch, part in parts])
            yield self._inputs[rows], self._targets[rows]

    def _placed(self, array: np.ndarray) -> Tensor:
        poses = torch.from_numpy(array).to(self._device)
        if not self._batches.flip:
            return poses
        return torch.cat([poses, torch.from_numpy(self._batches.recorded.skeleton.mirrored(array)).to(self._device)])

    def _order(self, epoch: int) -> Tensor:
        known = self._orders.get(epoch)
        return torch.from_numpy(self._batches.order(epoch)).to(self._device) if known is None else known
