"""Which joints of a masked layer are computed together, so that little is multiplied by zeros and little is copied.

A group's output is one matrix product. Its input is the outputs of all groups that hold a joint which feeds one of
its own, side by side. So a joint also meets joints that do not feed it: those that feed another joint of its group,
and those whose group holds a joint that does. The weights between them are zeros.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool

Group: TypeAlias = tuple[int, ...]


class Costs(NamedTuple):
    """In multiplications a pose: to copy one channel into the input of a group, and to call a product at all."""

    copy: float
    call: float


# Chosen by measurement with onnxruntime on two cores with AVX-512. Smaller numbers make float32 batches 5 % faster,
# but products too small for threads to share; in int8 they only make a single pose slower, by a quarter.
FLOAT32, INT8 = Costs(26, 30_000), Costs(60, 30_000)


def joint_groups(
    feeds: Bool[np.ndarray, "joints joints"], channels: int, costs: Costs = FLOAT32
) -> tuple[Group, ...]:
    """Joints in groups that are cheap to compute, by merging two as long as that pays.

    Args:
        feeds: whether joint i (row) feeds joint j (column).
        channels: of a joint, in the layer's input and output.

    Returns:
        Groups of ascending joints; all joints in one where everything feeds everything.
    """
    members = np.eye(len(feeds), dtype=np.float32)  # (groups, joints)
    while len(members) > 1:
        candidates = [_merged(members, pair) for pair in _similar_pairs(members, feeds)]
        best = min(candidates, key=lambda merged: _cost(merged, feeds, channels, costs))
        if _cost(best, feeds, channels, costs) > _cost(members, feeds, channels, costs):
            break
        members = best
    return tuple(sorted(tuple(np.flatnonzero(group).tolist()) for group in members))


def feeding_groups(group: Group, groups: tuple[Group, ...], feeds: Bool[np.ndarray, "joints joints"]) -> list[Group]:
    """The groups with a joint that feeds a joint of `group`."""
    return [other for other in groups if feeds[np.ix_(other, group)].any()]


def _similar_pairs(members: np.ndarray, feeds: np.ndarray) -> set[tuple[int, int]]:
    """Each group with the one that has the most of its inputs in common with it."""
    needed = (members @ feeds.T > 0).astype(np.float32)
    shared = needed @ needed.T
    alike = shared / np.maximum(needed.sum(1)[:, None] + needed.sum(1) - shared, 1)
    np.fill_diagonal(alike, -1)
    partners = alike.argmax(axis=1).tolist()
    return {(min(pair), max(pair)) for pair in enumerate(partners)}


def _merged(members: np.ndarray, pair: tuple[int, int]) -> np.ndarray:
    first, second = pair
    rest = np.delete(members, pair, axis=0)
    return np.concatenate([rest, members[first : first + 1] + members[second : second + 1]])


def _cost(members: np.ndarray, feeds: np.ndarray, channels: int, costs: Costs) -> float:
    """Of one layer, in multiplications a pose."""
    sizes = members.sum(axis=1)
    feeding = members @ feeds @ members.T > 0
    joints = sizes @ feeding
    # What several groups use alike is copied once, and a single group's output not at all.
    alike = np.unique(feeding, axis=1)
    copied = (sizes @ alike)[alike.sum(axis=0) > 1]
    return float(channels**2 * (joints @ sizes) + costs.copy * channels * copied.sum() + costs.call * len(members))
