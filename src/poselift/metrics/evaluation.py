"""Measuring a set of predictions by several protocols at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from poselift.arrays import Joints3D
from poselift.errors import ShapeError
from poselift.metrics.chunks import in_chunks
from poselift.metrics.grouping import Grouping
from poselift.metrics.joint_errors import auc, pck
from poselift.metrics.protocols import (
    DEFAULT_PROTOCOLS,
    Comparison,
    Protocol,
    check_poses,
    protocols_named,
)
from poselift.metrics.report import RESERVED, ProtocolResult, Report
from poselift.skeleton import Skeleton


class _Part(NamedTuple):
    """Errors of one chunk by one protocol.

    Attributes:
        per_frame_mm: (n,) means over the joints.
        per_joint_mm: (measured,) sums over the frames.
        pck, auc: sums over the frames of the fractions.
    """

    per_frame_mm: np.ndarray
    per_joint_mm: np.ndarray
    pck: float
    auc: float


def evaluate(
    predicted_mm: Joints3D,
    target_mm: Joints3D,
    skeleton: Skeleton,
    groups: Mapping[str, Sequence[str] | np.ndarray | Grouping] | None = None,
    *,
    protocols: Sequence[str] = DEFAULT_PROTOCOLS,
    clip_lengths: Sequence[int] | np.ndarray | None = None,
    joints: Sequence[str] | None = None,
    about: Mapping[str, Any] | None = None,
) -> Report:
    """Compare predictions with the truth, chunk by chunk and over all cores.

    Args:
        predicted_mm, target_mm: (F, J, 3) in the same axes; the root may be anywhere, except for protocols that
            compare places.
        groups: groupings by name, such as "action" and "subject": the group of each frame. Default: none.
        protocols: names in `PROTOCOLS`.
        clip_lengths: frames of each unbroken clip, in order; for protocols that compare movements.
        joints: the joints that count, for alignment too. Default: all.
        about: kept in the report.

    Raises:
        ShapeError: shapes or counts that do not fit, numbers that are not finite, or a frame without a group.
        SkeletonError: a joint that the skeleton does not have.
        RecipeError: an unknown protocol.
    """
    wanted = protocols_named(protocols)
    n_frames = _checked_count(predicted_mm, target_mm)
    groupings = {name: _checked_grouping(name, labels, n_frames) for name, labels in (groups or {}).items()}
    starts = _clip_starts(wanted, clip_lengths, n_frames)
    counted = {protocol.name: _counted(protocol, starts) for protocol in wanted}
    most_steps = max((protocol.steps for protocol in wanted), default=0)
    check_poses(predicted_mm, target_mm, skeleton)
    _check_absolute(wanted, skeleton.root_position(predicted_mm), skeleton.root_position(target_mm))
    names = skeleton.joints if joints is None else tuple(joints)
    chosen = skeleton.indices(names)

    def measured(frames: slice) -> list[_Part]:
        # The first movement of a chunk starts in the frame before it.
        before = min(frames.start, most_steps)
        near = slice(frames.start - before, frames.stop)
        comparison = Comparison(predicted_mm[near], target_mm[near], skeleton, chosen)
        return [_part(_of_chunk(p.errors(comparison), counted[p.name][frames])) for p in wanted]

    parts = list(zip(*in_chunks(measured, n_frames), strict=True))
    results = {
        protocol.name: _result(protocol, names, chunks, _inside(protocol, groupings, counted[protocol.name]))
        for protocol, chunks in zip(wanted, parts, strict=True)
    }
    group_frames = {name: _counts(grouping) for name, grouping in groupings.items()}
    return Report(skeleton.name, n_frames, group_frames, results, dict(about or {}))


def _checked_count(predicted_mm: np.ndarray, target_mm: np.ndarray) -> int:
    if len(predicted_mm) != len(target_mm):
        raise ShapeError(
            f"predicted_mm: expected {len(target_mm)} poses, as many as target_mm has, got {len(predicted_mm)}",
            "predict every frame of the same dataset and split, in its order",
        )
    return len(target_mm)


def _checked_grouping(name: str, labels: Sequence[str] | np.ndarray | Grouping, n_frames: int) -> Grouping:
    if name in RESERVED:
        raise ShapeError(f"groups: {name!r} has a meaning of its own in reports", "name the grouping otherwise")
    if len(labels) != n_frames:
        raise ShapeError(f"groups: {name}: expected one group for each of {n_frames} frames, got {len(labels)}")
    return labels if isinstance(labels, Grouping) else Grouping.of(labels)


def _clip_starts(
    wanted: Sequence[Protocol], clip_lengths: Sequence[int] | np.ndarray | None, n_frames: int
) -> np.ndarray:
    """(F,) whether a frame is the first of its clip, as far as a protocol asks."""
    starts = np.zeros(n_frames, dtype=bool)
    for protocol in wanted:
        if not protocol.steps:
            continue
        if clip_lengths is None:
            raise ShapeError(
                f"clip_lengths: protocol {protocol.name} compares movements inside clips, got no lengths",
                "pass the number of frames of each clip",
            )
        lengths = np.asarray(clip_lengths, dtype=np.intp)
        if (lengths < 1).any() or lengths.sum() != n_frames:
            raise ShapeError(f"clip_lengths: expected positive numbers that sum to {n_frames}, got {lengths.sum()}")
        if n_frames and lengths.max() <= protocol.steps:
            least, got = (("two", "single frames"), ("three", "pairs of frames"))[protocol.steps - 1]
            raise ShapeError(f"clip_lengths: expected a clip of {least} frames or more, got {got}")
        starts[np.cumsum(lengths)[:-1]] = True
        starts[:1] = True
    return starts


def _check_absolute(wanted: Sequence[Protocol], predicted_root_mm: np.ndarray, target_root_mm: np.ndarray) -> None:
    for protocol in wanted:
        if protocol.absolute and not predicted_root_mm.any() and target_root_mm.any():
            raise ShapeError(
                f"predicted_mm: expected places in camera axes for protocol {protocol.name}, got poses relative to "
                "the root",
                "add the true root position, or choose another protocol",
            )


def _counted(protocol: Protocol, starts: np.ndarray) -> np.ndarray:
    """(F,) which frames have an error: that of the steps up to it, all of one clip."""
    counted = np.ones(len(starts), dtype=bool)
    for step in range(protocol.steps):
        counted[step:] &= ~starts[: len(starts) - step]
    return counted


def _of_chunk(errors: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Those errors of a chunk and of frames before it that count; the last is that of the chunk's last frame."""
    # At the beginning there are no frames before it.
    counted = counted[max(len(counted) - len(errors), 0) :]
    kept: np.ndarray = errors[len(errors) - len(counted) :][counted]
    return kept


def _inside(protocol: Protocol, groupings: Mapping[str, Grouping], counted: np.ndarray) -> Mapping[str, Grouping]:
    """The groups of the frames that have an error."""
    if not protocol.steps:
        return groupings
    return {name: Grouping(grouping.names, grouping.codes[counted]) for name, grouping in groupings.items()}


def _part(errors: np.ndarray) -> _Part:
    if len(errors) == 0:
        return _Part(np.zeros(0), np.zeros(errors.shape[1]), 0.0, 0.0)
    n = len(errors)
    return _Part(errors.mean(axis=1), errors.sum(axis=0), n * pck(errors), n * auc(errors))


def _result(
    protocol: Protocol, joints: Sequence[str], chunks: Sequence[_Part], groupings: Mapping[str, Grouping]
) -> ProtocolResult:
    per_frame = np.concatenate([chunk.per_frame_mm for chunk in chunks])
    n = len(per_frame)
    per_joint = np.sum([chunk.per_joint_mm for chunk in chunks], axis=0) / n
    return ProtocolResult(
        protocol,
        n,
        float(per_joint.mean()),
        dict(zip(joints, per_joint.tolist(), strict=True)),
        {name: _means(grouping, per_frame) for name, grouping in groupings.items()},
        None if protocol.steps else sum(chunk.pck for chunk in chunks) / n,
        None if protocol.steps else sum(chunk.auc for chunk in chunks) / n,
    )


def _counts(grouping: Grouping) -> dict[str, int]:
    counts = np.bincount(grouping.codes, minlength=len(grouping.names))
    return dict(zip(grouping.names, counts.tolist(), strict=True))


def _means(grouping: Grouping, per_frame_mm: np.ndarray) -> dict[str, float]:
    """By group, without those that have no frames."""
    sums = np.bincount(grouping.codes, per_frame_mm, minlength=len(grouping.names)).tolist()
    counts = _counts(grouping)
    return {name: total / counts[name] for name, total in zip(grouping.names, sums, strict=True) if counts[name]}
