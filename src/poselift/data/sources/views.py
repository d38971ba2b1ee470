"""Batches of poses, made in bulk.

A batch is a pure function of the seed and its number, so a run that is resumed meets the same batches as one that
was never interrupted.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float, Int

from poselift.data.sources.augment import PoseAugmentConfig, augmented
from poselift.data.sources.virtual_cameras import ViewConfig, draw_views
from poselift.data.store import ClipInfo, DatasetStore
from poselift.errors import DataFormatError
from poselift.normalisation.person_centred import person_centred, person_centred_target
from poselift.skeleton import Skeleton, conversion

logger = logging.getLogger(__name__)

Balance: TypeAlias = Literal["frames", "clips", "actions"]


class Batch(NamedTuple):
    """What a network sees and what it should say.

    Attributes:
        inputs: (B, J, 2 or 3) float32, person-centred joints, and their confidence as the third channel.
        target: (B, J, 3) float32, in the network's output unit.
    """

    inputs: np.ndarray
    target: np.ndarray


@dataclass(frozen=True, eq=False)
class Poses:
    """Poses in memory, group after group; a draw takes a group first and then a pose of it.

    Attributes:
        joints_world_mm: (N, J, 3) float32.
        skeleton: what the J joints are.
        starts, sizes: (G,) where each group begins, and how many poses it has.
    """

    joints_world_mm: Float[np.ndarray, "poses joints 3"]
    skeleton: Skeleton
    starts: Int[np.ndarray, " groups"]
    sizes: Int[np.ndarray, " groups"]

    def __len__(self) -> int:
        return len(self.joints_world_mm)

    def drawn(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """(count, J, 3) poses, with replacement; every group is equally likely, and every pose within one."""
        group = rng.integers(len(self.starts), size=count)
        within = (rng.random(count) * self.sizes[group]).astype(np.int64)
        drawn: np.ndarray = self.joints_world_mm[self.starts[group] + within]
        return drawn


def load_poses(
    store: DatasetStore, splits: Sequence[str], skeleton: Skeleton, *, stride: int = 1, balance: Balance = "frames"
) -> Poses:
    """Read the poses of some splits into memory, every `stride`-th of each clip, without those that are not finite.

    Raises:
        DataFormatError: the store has no such split, or no pose is left.
        SkeletonError: the store's skeleton does not convert to `skeleton`.
    """
    convert = conversion(store.skeleton, skeleton)
    groups: dict[str, list[np.ndarray]] = {}
    dropped = 0
    for clip in store.clips_of(splits):
        frames = slice(clip.start, clip.start + clip.length, stride)
        joints = convert.joints(np.asarray(store.joints_world_mm[frames], dtype=np.float32)).astype(np.float32)
        finite = np.isfinite(joints).all(axis=(1, 2))
        dropped += int((~finite).sum())
        if finite.any():
            groups.setdefault(_group(clip, balance), []).append(joints[finite])
    if not groups:
        raise DataFormatError(f"split {' and '.join(splits)} has no finite pose", "prepare the dataset again")
    if dropped:
        logger.warning("left out %d poses of split %s that are not finite", dropped, " and ".join(splits))
    sizes = np.array([sum(len(part) for part in parts) for parts in groups.values()])
    joints_world_mm = np.concatenate([part for parts in groups.values() for part in parts])
    return Poses(joints_world_mm, skeleton, np.cumsum(sizes) - sizes, sizes)


def _group(clip: ClipInfo, balance: Balance) -> str:
    return {"frames": "", "clips": clip.name, "actions": clip.action}[balance]


def seen(
    joints_world_mm: np.ndarray, skeleton: Skeleton, views: ViewConfig, rng: np.random.Generator, *, channels: int
) -> Batch:
    """Poses (B, J, 3) through virtual cameras; `channels` is 2, or 3 to add the confidence."""
    joints_cam_mm, joints_plane, confidence = draw_views(joints_world_mm, skeleton, views, rng)
    joints_norm, rotation = person_centred(joints_plane, confidence)
    if channels == 3:
        joints_norm = np.concatenate([joints_norm, confidence[..., None]], axis=-1)
    target = person_centred_target(joints_cam_mm, skeleton.root_position(joints_cam_mm), rotation)
    return Batch(joints_norm.astype(np.float32), target.astype(np.float32))


@dataclass(frozen=True, eq=False)
class TrainingBatches:
    """Training batches by their number."""

    poses: Poses
    augment: PoseAugmentConfig
    views: ViewConfig
    batch_size: int
    channels: int
    seed: int

    def batch(self, number: int) -> Batch:
        rng = np.random.default_rng((self.seed, number))
        joints = augmented(self.poses.drawn(self.batch_size, rng), self.poses.skeleton, self.augment, rng)
        return seen(joints, self.poses.skeleton, self.views, rng, channels=self.channels)
