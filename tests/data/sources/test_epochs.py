"""Recordings dealt out: every pose once in an epoch, mirrored once more where asked, the same for a number always."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from poselift.data.sources.batch import Batch
from poselift.data.sources.epochs import RecordedBatches
from poselift.skeleton import H36M_17


class Numbered:
    """Ten poses, whose every number says which one it is."""

    skeleton = H36M_17

    def __len__(self):
        return 10

    def rows(self, chosen):
        whole = np.broadcast_to(1.0 + chosen[:, None, None], (len(chosen), 17, 3)).astype(np.float32)
        return Batch(whole[..., :2].copy(), whole.copy())


def dealt(batches, count):
    """(pose, mirrored) of the first batches; a mirrored pose has x of the other sign."""
    x = np.concatenate([batches.batch(number).target for number in range(count)])[:, 0, 0]
    return list(zip((np.abs(x) - 1).astype(int).tolist(), (x < 0).tolist(), strict=True))


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("batch_size", [3, 10, 23])
def test_every_pose_comes_once_in_an_epoch(batch_size, flip):
    batches = RecordedBatches(Numbered(), batch_size, seed=0, flip=flip)
    all_of_them = {(pose, mirrored) for pose in range(10) for mirrored in ((False, True) if flip else (False,))}
    drawn = dealt(batches, 6 * batches.poses // batch_size)
    epochs = [drawn[start : start + batches.poses] for start in range(0, len(drawn), batches.poses)]
    whole = [epoch for epoch in epochs if len(epoch) == batches.poses]
    assert len(whole) >= 4
    assert all(Counter(epoch) == Counter(all_of_them) for epoch in whole)
    assert whole[0] != whole[1]


def test_a_batch_is_the_same_whenever_it_is_asked_for():
    batches = RecordedBatches(Numbered(), 4, seed=1, flip=True)
    expected = [batches.batch(number).target for number in range(8)]
    for number in (5, 0, 7, 2):
        again = RecordedBatches(Numbered(), 4, seed=1, flip=True)
        np.testing.assert_array_equal(again.batch(number).target, expected[number])
    assert dealt(RecordedBatches(Numbered(), 4, seed=2), 2) != dealt(RecordedBatches(Numbered(), 4, seed=1), 2)
