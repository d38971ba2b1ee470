"""Several runs in one table: the numbers of their reports, in every form, with the name of the protocol."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from rich.console import Console

from poselift.errors import RecipeError
from poselift.metrics import (
    Comparison,
    Report,
    compared,
    comparison_to_csv,
    comparison_to_json,
    comparison_to_latex,
    comparison_to_table,
    comparison_to_text,
    evaluate,
)
from poselift.metrics.layout import latex_escaped
from poselift.skeleton import H36M_17

N = 12
TARGET = np.random.default_rng(3).normal(0, 300, (N, 17, 3))
NOISE = np.random.default_rng(4).normal(0, 1, TARGET.shape) * np.linspace(10, 90, N)[:, None, None]


def measured(noise: float, actions: list[str]) -> Report:
    return evaluate(TARGET + noise * NOISE, TARGET, H36M_17, {"action": actions})


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    return {"first": measured(1, ["walk"] * 9 + ["sit"] * 3), "test_2": measured(2, ["walk"] * 6 + ["jump"] * 6)}


@pytest.fixture(scope="module")
def runs(reports) -> Comparison:
    return compared(reports, "procrustes", "action")


def test_rows_hold_the_groups_of_each_report_and_their_mean(runs, reports):
    assert runs.columns == ("walk", "sit", "jump")
    first, second = (report.results["procrustes"] for report in reports.values())
    values = first.per_group_mm["action"]
    assert runs.rows[0].errors_mm == (values["walk"], values["sit"], None)
    assert runs.rows[1].errors_mm[1] is None
    assert [run.average_mm for run in runs.rows] == [r.mean_of_groups_mm["action"] for r in (first, second)]


def test_joints_can_be_columns_and_their_average_is_that_of_all_poses(reports):
    runs = compared(reports, "procrustes", "joint")
    assert runs.columns == H36M_17.joints
    assert [run.average_mm for run in runs.rows] == [r.results["procrustes"].mean_mm for r in reports.values()]


def test_csv_and_json_keep_every_number(runs):
    lines = list(csv.DictReader(io.StringIO(comparison_to_csv(runs))))
    read = json.loads(comparison_to_json(runs))
    assert (read["title"], read["by"]) == (runs.protocol.title, "action")
    for line, run in zip(lines, runs.rows, strict=True):
        assert (line["protocol"], line["run"], float(line["avg"])) == ("procrustes", run.name, run.average_mm)
        assert read["runs"][run.name]["average_mm"] == run.average_mm
        for column, error in zip(runs.columns, run.errors_mm, strict=True):
            assert line[column] == ("" if error is None else str(error))
            assert read["runs"][run.name]["errors_mm"][column] == error


def test_tables_for_people_name_the_protocol_and_what_has_no_frames(runs):
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(comparison_to_table(runs))
    latex = comparison_to_latex(runs)
    assert "test\\_2" in latex
    for text in (console.export_text(), latex):
        assert runs.protocol.title in text
        assert f"{runs.rows[1].average_mm:.1f}" in text
        assert text.count("no frames") == 2


def test_the_plain_table_is_as_wide_as_its_cells(runs):
    lines = comparison_to_text(runs, ["2", "3", "16"]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1] == "| test_name |   2   |     3     |     16    |  avg   |"
    assert lines[3].startswith(f"|   first   | {runs.rows[0].errors_mm[0]:.2f} |")
    assert "| no frames |" in lines[3]


def test_what_was_not_measured_is_refused_with_what_was(reports):
    with pytest.raises(RecipeError, match="run first: protocol 'lcn' was not measured") as caught:
        compared(reports, "lcn", "action")
    assert "root_relative" in caught.value.hint
    with pytest.raises(RecipeError, match="not grouped by 'subject'") as caught:
        compared(reports, "procrustes", "subject")
    assert caught.value.hint == "known: joint, action"
    with pytest.raises(RecipeError, match="at least one report"):
        compared({}, "procrustes", "joint")


def test_names_are_no_commands_of_latex():
    assert latex_escaped("a_b&c%d$e#f{g}") == "a\\_b\\&c\\%d\\$e\\#f\\{g\\}"
    assert latex_escaped("\\~^") == "\\textbackslash{}\\textasciitilde{}\\textasciicircum{}"
