"""Training batches of motion capture seen by virtual cameras, made in bulk.

A batch is a pure function of the seed and its number, so a run that is resumed meets the same batches as one that
was never interrupted.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int

from poselift.data.sources.augment import PoseAugmentConfig, augmented
from poselift.data.sources.batch import Batch, NetworkInput, batch_of
from poselift.data.sources.virtual_cameras import ViewConfig, draw_views
from poselift.data.store import ClipInfo, DatasetStore
from poselift.data.windows import Window, frame_samples
from poselift.errors import DataFormatError
from poselift.skeleton import Skeleton, conversion

logger = logging.getLogger(__name__)

Balance: TypeAlias = Literal["frames", "clips", "actions"]


class Runs(NamedTuple):
    """Unbroken runs of frames, one after the other in an array.

    Attributes:
        first, length: (R,) the first frame of each, and how many it has.
        rate: (R,) frames per second.
    """

    first: Int[np.ndarray, " runs"]
    length: Int[np.ndarray, " runs"]
    rate: Float[np.ndarray, " runs"]


class PoseWindows(NamedTuple):
    """Windows of poses.

    Attributes:
        joints_world_mm: (B, T, J, 3).
        there: (B, T) false beyond the ends of a clip, where the window masks them.
        rate: (B,) frames per second of the windows.
    """

    joints_world_mm: np.ndarray
    there: Bool[np.ndarray, "windows frames"]
    rate: np.ndarray


@dataclass(frozen=True, eq=False)
class Poses:
    """Poses in memory, group after group; a draw takes a group first and then a pose of it.

    Windows are cut when they are drawn: overlapping ones share their frames.

    Attributes:
        joints_world_mm: (N, J, 3) float32.
        skeleton: what the J joints are.
        anchors: (A,) the poses that may be drawn, group after group.
        starts, sizes: (G,) where each group begins among the anchors, and how many it has.
        runs: which poses follow one another.
    """

    joints_world_mm: Float[np.ndarray, "poses joints 3"]
    skeleton: Skeleton
    anchors: Int[np.ndarray, " anchors"]
    starts: Int[np.ndarray, " groups"]
    sizes: Int[np.ndarray, " groups"]
    runs: Runs

    def __len__(self) -> int:
        return len(self.anchors)

    def drawn(self, count: int, rng: np.random.Generator) -> Int[np.ndarray, " poses"]:
        """`count` anchors, with replacement; every group is equally likely, and every pose within one."""
        group = rng.integers(len(self.starts), size=count)
        within = (rng.random(count) * self.sizes[group]).astype(np.int64)
        drawn: np.ndarray = self.anchors[self.starts[group] + within]
        return drawn

    def windows(self, anchors: np.ndarray, window: Window) -> PoseWindows:
        """The windows about some poses."""
        run = np.searchsorted(self.runs.first, anchors, side="right") - 1
        first, length, rate = (column[run] for column in self.runs)
        samples = frame_samples(anchors, first, length, rate, window)
        own = rate / window.step if window.fps is None else np.full(len(anchors), window.fps / window.step)
        return PoseWindows(samples.of(self.joints_world_mm), samples.there, own)


def load_poses(
    store: DatasetStore,
    splits: Sequence[str],
    skeleton: Skeleton,
    *,
    stride: int = 1,
    balance: Balance = "frames",
    window: Window | None = None,
    clips: Sequence[ClipInfo] | None = None,
) -> Poses:
    """Read the poses of some splits into memory, without those that are not valid or not finite.

    Args:
        stride: every n-th frame of each clip may be drawn.
        window: what will be cut about them. Of single frames only those that may be drawn are kept.
        clips: those of these splits to read. Default: all of them.

    Raises:
        DataFormatError: the store has no such split, or no pose is left.
        SkeletonError: the store's skeleton does not convert to `skeleton`.
    """
    convert = conversion(store.skeleton, skeleton).whole()
    kept = stride if window is None or window.frames == 1 else 1
    groups: dict[str, list[_Part]] = {}
    dropped = 0
    for clip in store.clips_of(splits) if clips is None else clips:
        frames = slice(clip.start, clip.start + clip.length, kept)
        joints = convert.joints(np.asarray(store.joints_world_mm[frames], dtype=np.float32)).astype(np.float32)
        good = np.isfinite(joints).all(axis=(1, 2)) & store.valid_frames(clip)[::kept]
        dropped += int((~good).sum())
        if good.any():
            part = _part(joints, good, stride // kept, clip.fps / kept)
            groups.setdefault(_group(clip, balance), []).append(part)
    groups = {name: parts for name, parts in groups.items() if sum(len(part.anchors) for part in parts)}
    if not groups:
        raise DataFormatError(f"split {' and '.join(splits)} has no finite pose", "prepare the dataset again")
    if dropped:
        logger.warning("left out %d poses of split %s that are not finite", dropped, " and ".join(splits))
    return _joined(groups, skeleton)


class _Part(NamedTuple):
    """One clip's poses, the numbers of those that may be drawn, and its unbroken runs of frames."""

    joints: np.ndarray
    anchors: np.ndarray
    runs: Runs


def _part(joints: np.ndarray, good: np.ndarray, stride: int, rate: float) -> _Part:
    kept = np.flatnonzero(good)
    breaks = np.flatnonzero(np.diff(kept) > 1) + 1
    first = np.concatenate([[0], breaks])
    length = np.diff(np.concatenate([first, [len(kept)]]))
    return _Part(joints[good], np.flatnonzero(kept % stride == 0), Runs(first, length, np.full(len(first), rate)))


def _joined(groups: dict[str, list[_Part]], skeleton: Skeleton) -> Poses:
    parts = [part for group in groups.values() for part in group]
    starts = np.cumsum([0, *(len(part.joints) for part in parts)])[:-1]
    sizes = np.array([sum(len(part.anchors) for part in group) for group in groups.values()])
    return Poses(
        np.concatenate([part.joints for part in parts]),
        skeleton,
        np.concatenate([part.anchors + start for part, start in zip(parts, starts, strict=True)]),
        np.cumsum(sizes) - sizes,
        sizes,
        Runs(
            np.concatenate([part.runs.first + start for part, start in zip(parts, starts, strict=True)]),
            np.concatenate([part.runs.length for part in parts]),
            np.concatenate([part.runs.rate for part in parts]),
        ),
    )


def _group(clip: ClipInfo, balance: Balance) -> str:
    return {"frames": "", "clips": clip.name, "actions": clip.action}[balance]


@dataclass(frozen=True, eq=False)
class ViewBatches:
    """Training batches by their number: windows drawn at random, changed, and seen by a camera each."""

    poses: Poses
    augment: PoseAugmentConfig
    views: ViewConfig
    batch_size: int
    seed: int
    network: NetworkInput

    def batch(self, number: int) -> Batch:
        rng = np.random.default_rng((self.seed, number))
        cut = self.poses.windows(self.poses.drawn(self.batch_size, rng), self.network.window)
        joints = augmented(cut.joints_world_mm, self.poses.skeleton, self.augment, rng)
        views = draw_views(joints, self.poses.skeleton, self.views, rng, fps=cut.rate)
        return batch_of(views.seen(self.poses.skeleton), views.joints_cam_mm, cut.there, self.network)
