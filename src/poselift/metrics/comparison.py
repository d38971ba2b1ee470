"""Several runs side by side, by one protocol: a row per run, a column per group or joint, and the average."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from poselift.errors import RecipeError
from poselift.metrics.layout import NO_FRAMES, Cells, cells_to_latex, cells_to_table, cells_to_text
from poselift.metrics.protocols import Protocol
from poselift.metrics.report import Report

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class ComparedRun:
    """A row.

    Attributes:
        errors_mm: one per column; None where the run has no frames of that group.
        average_mm: over joints, that of all poses; over groups, the unweighted mean of those that have frames.
    """

    name: str
    errors_mm: tuple[float | None, ...]
    average_mm: float


@dataclass(frozen=True)
class Comparison:
    """Errors of several runs by one protocol.

    Attributes:
        by: "joint", or the grouping whose groups are the columns.
        columns: names of the joints or groups.
    """

    protocol: Protocol
    by: str
    columns: tuple[str, ...]
    rows: tuple[ComparedRun, ...]


def compared(reports: Mapping[str, Report], protocol: str, by: str) -> Comparison:
    """The errors of each report, by name of the run, for a protocol, by "joint" or a grouping such as "action".

    Raises:
        RecipeError: no report is given, or one of them lacks the protocol or grouping.
    """
    if not reports:
        raise RecipeError("runs: expected at least one report, got none")
    errors = {run: _errors(run, report, protocol, by) for run, report in reports.items()}
    columns = tuple(dict.fromkeys(column for values in errors.values() for column in values))
    rows = []
    for run, values in errors.items():
        result = reports[run].results[protocol]
        average = result.mean_mm if by == "joint" else result.mean_of_groups_mm[by]
        rows.append(ComparedRun(run, tuple(values.get(column) for column in columns), average))
    return Comparison(next(iter(reports.values())).results[protocol].protocol, by, columns, tuple(rows))


def _errors(run: str, report: Report, protocol: str, by: str) -> dict[str, float | None]:
    if protocol not in report.results:
        raise RecipeError(
            f"run {run}: protocol {protocol!r} was not measured", f"measured: {', '.join(report.results)}"
        )
    result = report.results[protocol]
    if by == "joint":
        return dict(result.per_joint_mm)
    if by not in report.group_frames:
        known = ", ".join(["joint", *report.group_frames])
        raise RecipeError(f"run {run}: its frames are not grouped by {by!r}", f"known: {known}")
    return {group: result.per_group_mm[by].get(group) for group in report.group_frames[by]}


def comparison_to_table(comparison: Comparison) -> Table:
    """For a terminal, which is higher than wide: a column per run."""
    title, head, (rows,), _ = _cells(comparison, "run", comparison.columns, 1)
    *groups, average = zip(*(head, *rows), strict=True)
    return cells_to_table(
        Cells(title, [comparison.by, *(run.name for run in comparison.rows)], [groups[1:], [average]])
    )


def comparison_to_latex(comparison: Comparison) -> str:
    """A LaTeX table in the style of booktabs."""
    return cells_to_latex(_cells(comparison, "run", comparison.columns, 1))


def comparison_to_text(comparison: Comparison, headings: Sequence[str] | None = None) -> str:
    """The table of the original lcn-pose evaluation, character for character; it does not name its protocol.

    Args:
        headings: of the columns, in place of their names; the original counts its joints from 0.
    """
    return cells_to_text(_cells(comparison, "test_name", headings or comparison.columns, 2))


def comparison_to_dict(comparison: Comparison) -> dict[str, Any]:
    """Plain numbers and names, with the protocol's title and description."""
    return {
        "protocol": comparison.protocol.name,
        "title": comparison.protocol.title,
        "description": comparison.protocol.description,
        "by": comparison.by,
        "runs": {
            run.name: {
                "errors_mm": dict(zip(comparison.columns, run.errors_mm, strict=True)),
                "average_mm": run.average_mm,
            }
            for run in comparison.rows
        },
    }


def comparison_to_json(comparison: Comparison) -> str:
    """The text of a JSON file."""
    return json.dumps(comparison_to_dict(comparison), indent=2) + "\n"


def comparison_to_csv(comparison: Comparison) -> str:
    """The text of a CSV file: protocol, run, one column per group or joint, avg; an empty cell has no frames."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["protocol", "run", *comparison.columns, "avg"])
    writer.writerows([comparison.protocol.name, run.name, *run.errors_mm, run.average_mm] for run in comparison.rows)
    return text.getvalue()


def _cells(comparison: Comparison, corner: str, headings: Sequence[str], digits: int) -> Cells:
    def cell(error_mm: float | None) -> str:
        return NO_FRAMES if error_mm is None else f"{error_mm:.{digits}f}"

    rows = [[run.name, *map(cell, (*run.errors_mm, run.average_mm))] for run in comparison.rows]
    title = f"{comparison.protocol.title}; errors in mm by {comparison.by}"
    return Cells(title, [corner, *headings, "avg"], [rows])
