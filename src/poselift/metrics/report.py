"""The errors of a set of predictions: overall, per joint, per group, and their forms for people and programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from poselift.metrics.layout import NO_FRAMES, Cells, cells_to_latex, cells_to_table
from poselift.metrics.masking import Masking
from poselift.metrics.protocols import Protocol
from poselift.metrics.reliability import Reliability

if TYPE_CHECKING:
    from rich.table import Table

# Kinds of rows besides groupings.
RESERVED = ("all", "joint")


@dataclass(frozen=True)
class ProtocolResult:
    """What one protocol says.

    Attributes:
        n_frames: how many errors there are per joint: frames, or movements from frame to frame.
        mean_mm: over all of them and all joints.
        per_joint_mm: by joint, over all frames.
        per_group_mm: by grouping and group, over the group's frames and all joints; groups with frames only.
        pck, auc: fractions, 0 to 1, of joints within 150 mm, and their mean over 0 to 150 mm; None for movements.
    """

    protocol: Protocol
    n_frames: int
    mean_mm: float
    per_joint_mm: Mapping[str, float]
    per_group_mm: Mapping[str, Mapping[str, float]]
    pck: float | None
    auc: float | None

    @property
    def mean_of_groups_mm(self) -> dict[str, float]:
        """By grouping: each group counts alike, however many frames it has; the custom for Human3.6M's actions."""
        return {name: sum(groups.values()) / len(groups) for name, groups in self.per_group_mm.items()}


@dataclass(frozen=True)
class Report:
    """Errors of predictions against the truth.

    Attributes:
        skeleton: its name.
        n_frames: how many poses were compared.
        group_frames: by grouping and group, how many of them are in it; 0 for an expected group without any.
        results: by the name of the protocol.
        figures: other numbers, by what they say, with their unit.
        reliability: how expected errors compare with observed ones, of a model that expects any.
        masking: what it costs that joints were masked, where some were.
        about: what was measured, for people: model, data, views.
    """

    skeleton: str
    n_frames: int
    group_frames: Mapping[str, Mapping[str, int]]
    results: Mapping[str, ProtocolResult]
    about: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    reliability: Reliability | None = None
    masking: Masking | None = None

    @property
    def missing(self) -> dict[str, tuple[str, ...]]:
        """By grouping, the expected groups that have no frames."""
        found = {
            name: tuple(group for group, frames in groups.items() if frames == 0)
            for name, groups in self.group_frames.items()
        }
        return {name: groups for name, groups in found.items() if groups}

    def rows(self) -> Iterable[tuple[str, str, str, int, float | None]]:
        """(protocol, kind, name, frames, error in mm); kind is "all", "joint" or a grouping, no frames no error."""
        for name, result in self.results.items():
            yield name, "all", "mean", result.n_frames, result.mean_mm
            for joint, error in result.per_joint_mm.items():
                yield name, "joint", joint, result.n_frames, error
            for grouping, groups in self.group_frames.items():
                for group, frames in groups.items():
                    yield name, grouping, group, frames, result.per_group_mm[grouping].get(group)


def report_to_dict(report: Report) -> dict[str, Any]:
    """The report as plain numbers and names, each protocol with its title and description."""
    return {
        "skeleton": report.skeleton,
        "n_frames": report.n_frames,
        "group_frames": {name: dict(groups) for name, groups in report.group_frames.items()},
        "missing": {name: list(groups) for name, groups in report.missing.items()},
        "about": dict(report.about),
        "results": {
            name: {
                "title": result.protocol.title,
                "description": result.protocol.description,
                "n_frames": result.n_frames,
                "mean_mm": result.mean_mm,
                "mean_of_groups_mm": result.mean_of_groups_mm,
                "pck": result.pck,
                "auc": result.auc,
                "per_joint_mm": dict(result.per_joint_mm),
                "per_group_mm": {grouping: dict(groups) for grouping, groups in result.per_group_mm.items()},
            }
            for name, result in report.results.items()
        },
        "figures": dict(report.figures),
        "reliability": None if report.reliability is None else report.reliability.as_dict(),
        "masking": None if report.masking is None else report.masking.as_dict(),
    }


def report_to_json(report: Report) -> str:
    """The text of a JSON file of the whole report."""
    return json.dumps(report_to_dict(report), indent=2) + "\n"


def report_to_csv(report: Report) -> str:
    """The text of a CSV file, a line per error: protocol, kind (all, joint, a grouping), name, frames, error_mm."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["protocol", "kind", "name", "frames", "error_mm"])
    writer.writerows(report.rows())
    return text.getvalue()


def report_to_table(report: Report) -> Table:
    """Errors of each group, overall and of each joint, one column per protocol, for a terminal."""
    return cells_to_table(_cells(report))


def report_to_latex(report: Report) -> str:
    """The numbers of `report_to_table` as a LaTeX table in the style of booktabs."""
    return cells_to_latex(_cells(report))


def _cells(report: Report) -> Cells:
    results = list(report.results.values())

    def row(name: str, frames: int | None, values: Iterable[float | None], none: str = "") -> list[str]:
        return [name, "" if frames is None else str(frames), *(none if v is None else f"{v:.1f}" for v in values)]

    sections = []
    for name, groups in report.group_frames.items():
        section = [row(g, n, (r.per_group_mm[name].get(g) for r in results), NO_FRAMES) for g, n in groups.items()]
        sections.append([*section, row(f"mean by {name}", None, (r.mean_of_groups_mm[name] for r in results))])
    overall = [
        row("mean of poses", report.n_frames, (r.mean_mm for r in results)),
        row("PCK, 150 mm, %", None, (None if r.pck is None else 100 * r.pck for r in results)),
        row("AUC, 0-150 mm, %", None, (None if r.auc is None else 100 * r.auc for r in results)),
    ]
    joints = [row(joint, None, (r.per_joint_mm[joint] for r in results)) for joint in results[0].per_joint_mm]
    title = f"Errors in mm over {report.n_frames} poses, {report.skeleton}"
    heads = ["", "frames", *(r.protocol.heading for r in results)]
    notes = [*(r.protocol.legend for r in results), *(f"{name}: {x:.4g}" for name, x in report.figures.items())]
    notes += report.masking.lines if report.masking else ()
    return Cells(title, heads, [*sections, overall, joints], notes)
