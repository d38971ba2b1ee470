"""Recordings dealt out in batches: every pose once in an epoch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Int

from poselift.data.sources.batch import Batch
from poselift.skeleton import Skeleton


@runtime_checkable
class Rows(Protocol):
    """What can be dealt out: `Recorded` and `RecordedWindows`."""

    @property
    def skeleton(self) -> Skeleton: ...

    def __len__(self) -> int: ...

    def rows(self, chosen: np.ndarray) -> Batch:
        """Copies of some of its poses or windows, by their numbers."""
        ...


@dataclass(frozen=True, eq=False)
class RecordedBatches:
    """Training batches by their number: every pose once in each epoch, in an order drawn anew for it.

    With `flip` the mirror image of every pose is one more pose.
    """

    recorded: Rows
    batch_size: int
    seed: int
    flip: bool = False

    @property
    def poses(self) -> int:
        """How many make an epoch."""
        return len(self.recorded) * (2 if self.flip else 1)

    def order(self, epoch: int) -> Int[np.ndarray, " poses"]:
        """The poses of an epoch one after the other; from len(recorded) on they are mirror images."""
        return _order(self.seed, epoch, self.poses)

    def parts(self, number: int) -> list[tuple[int, slice]]:
        """Which parts of which epochs' orders make a batch."""
        found, start, stop = [], number * self.batch_size, (number + 1) * self.batch_size
        while start < stop:
            epoch, within = divmod(start, self.poses)
            count = min(stop - start, self.poses - within)
            found.append((epoch, slice(within, within + count)))
            start += count
        return found

    def batch(self, number: int) -> Batch:
        drawn = np.concatenate([self.order(epoch)[part] for epoch, part in self.parts(number)])
        rows = drawn % len(self.recorded)
        inputs, targets = self.recorded.rows(rows)
        if self.flip:
            mirror = drawn >= len(self.recorded)
            for array in (inputs, targets):
                array[mirror] = self.recorded.skeleton.mirrored(array[mirror])
        return Batch(inputs, targets)


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, poses: int) -> np.ndarray:
    return np.random.default_rng((seed, epoch)).permutation(poses)
