"""The errors of a set of predictions by every protocol: overall, per joint, per group."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from poselift.arrays import Joints3D
from poselift.errors import ShapeError
from poselift.metrics.errors import auc, pck
from poselift.metrics.protocols import PROTOCOLS, Protocol, protocol_errors
from poselift.skeleton import Skeleton

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class ProtocolResult:
    """What one protocol says.

    Attributes:
        mean_mm: over all frames and joints.
        per_joint_mm: by joint, over all frames.
        per_group_mm: by group, over its frames and all joints.
        pck, auc: fractions, 0 to 1, of joints within 150 mm, and their mean over 0 to 150 mm.
    """

    protocol: Protocol
    mean_mm: float
    per_joint_mm: Mapping[str, float]
    per_group_mm: Mapping[str, float]
    pck: float
    auc: float

    @property
    def mean_of_groups_mm(self) -> float:
        """Each group counts alike, however many frames it has; the custom for the actions of Human3.6M."""
        values = self.per_group_mm.values()
        return sum(values) / len(values) if values else self.mean_mm


@dataclass(frozen=True)
class Report:
    """Errors of predictions against the truth.

    Attributes:
        skeleton: its name.
        n_frames: how many poses were compared.
        group_frames: how many of them are in each group.
        results: by the name of the protocol.
        about: what was measured, for people: model, data, views.
    """

    skeleton: str
    n_frames: int
    group_frames: Mapping[str, int]
    results: Mapping[str, ProtocolResult]
    about: Mapping[str, Any] = field(default_factory=dict)

    def rows(self) -> Iterable[tuple[str, str, str, int, float]]:
        """(protocol, kind, name, frames, error in mm) with kind "all", "joint" or "group"."""
        for name, result in self.results.items():
            yield name, "all", "mean", self.n_frames, result.mean_mm
            for joint, error in result.per_joint_mm.items():
                yield name, "joint", joint, self.n_frames, error
            for group, error in result.per_group_mm.items():
                yield name, "group", group, self.group_frames[group], error


def evaluate(
    predicted_mm: Joints3D,
    target_mm: Joints3D,
    skeleton: Skeleton,
    groups: Sequence[str] | None = None,
    *,
    joints: Sequence[str] | None = None,
    about: Mapping[str, Any] | None = None,
) -> Report:
    """Compare predictions with the truth by every protocol.

    Args:
        predicted_mm, target_mm: (F, J, 3) in the same axes; the root may be anywhere.
        groups: the group of each frame, such as its action. Default: no groups.
        joints: the joints that count, for alignment too. Default: all.
        about: kept in the report.

    Raises:
        ShapeError: shapes that do not fit, numbers that are not finite, or a group without a name.
        SkeletonError: a joint that the skeleton does not have.
    """
    n_frames = len(predicted_mm)
    members = _members(groups, n_frames)
    names = skeleton.joints if joints is None else tuple(joints)
    results = {}
    for protocol in PROTOCOLS.values():
        errors = protocol_errors(protocol, predicted_mm, target_mm, skeleton, names)
        results[protocol.name] = ProtocolResult(
            protocol,
            float(errors.mean()),
            dict(zip(names, errors.mean(axis=0).tolist(), strict=True)),
            {group: float(errors[frames].mean()) for group, frames in members.items()},
            pck(errors),
            auc(errors),
        )
    group_frames = {group: len(frames) for group, frames in members.items()}
    return Report(skeleton.name, n_frames, group_frames, results, dict(about or {}))


def _members(groups: Sequence[str] | None, n_frames: int) -> dict[str, np.ndarray]:
    """Frames of each group, in the order in which the groups appear."""
    if groups is None:
        return {}
    if len(groups) != n_frames:
        raise ShapeError(f"groups: expected one name for each of {n_frames} frames, got {len(groups)}")
    labels = np.asarray(groups, dtype=str)
    if (labels == "").any():
        raise ShapeError(
            f"groups: {int((labels == '').sum())} of {n_frames} frames have no group, the first is frame "
            f"{int((labels == '').argmax())}",
            "name a group for every frame, or pass no groups",
        )
    return {str(name): np.flatnonzero(labels == name) for name in dict.fromkeys(labels.tolist())}


def report_to_table(report: Report) -> Table:
    """Overall errors and those of each group, one column per protocol, for a terminal."""
    from rich.table import Table

    table = Table(title=f"Errors in mm over {report.n_frames} poses, {report.skeleton}")
    table.add_column("", no_wrap=True)
    table.add_column("frames", justify="right", no_wrap=True)
    for result in report.results.values():
        table.add_column(result.protocol.title, justify="right", overflow="fold")
    results = list(report.results.values())

    def add(name: str, frames: str, values: Iterable[float], pattern: str = "{:.1f}") -> None:
        table.add_row(name, frames, *(pattern.format(v) for v in values))

    for group, frames in report.group_frames.items():
        add(group, str(frames), (r.per_group_mm[group] for r in results))
    if report.group_frames:
        table.add_section()
        add("mean of groups", "", (r.mean_of_groups_mm for r in results))
    add("mean of poses", str(report.n_frames), (r.mean_mm for r in results))
    add("PCK, 150 mm", "", (100 * r.pck for r in results), "{:.1f} %")
    add("AUC, 0-150 mm", "", (100 * r.auc for r in results), "{:.1f} %")
    table.add_section()
    for joint in results[0].per_joint_mm:
        add(joint, "", (r.per_joint_mm[joint] for r in results))
    return table


def report_to_dict(report: Report) -> dict[str, Any]:
    """The report as plain numbers and names, each protocol with its title and description."""
    return {
        "skeleton": report.skeleton,
        "n_frames": report.n_frames,
        "group_frames": dict(report.group_frames),
        "about": dict(report.about),
        "results": {
            name: {
                "title": result.protocol.title,
                "description": result.protocol.description,
                "mean_mm": result.mean_mm,
                "mean_of_groups_mm": result.mean_of_groups_mm,
                "pck": result.pck,
                "auc": result.auc,
                "per_joint_mm": dict(result.per_joint_mm),
                "per_group_mm": dict(result.per_group_mm),
            }
            for name, result in report.results.items()
        },
    }


def report_to_json(report: Report) -> str:
    """The text of a JSON file of the whole report."""
    return json.dumps(report_to_dict(report), indent=2) + "\n"


def report_to_csv(report: Report) -> str:
    """The text of a CSV file with one line per number: protocol, kind (all, joint, group), name, frames, error_mm."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["protocol", "kind", "name", "frames", "error_mm"])
    writer.writerows(report.rows())
    return text.getvalue()
