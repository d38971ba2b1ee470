"""Reports: the parts agree with the whole, and nothing is lost on the way to a file."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from poselift.metrics import (
    PROTOCOLS,
    Grouping,
    Report,
    evaluate,
    masking,
    reliability,
    report_to_csv,
    report_to_json,
    report_to_latex,
    report_to_table,
)
from poselift.skeleton import H36M_17

N = 30
TARGET = np.random.default_rng(3).normal(0, 300, (N, 17, 3))
PREDICTED = TARGET + np.random.default_rng(4).normal(0, 1, TARGET.shape) * np.linspace(10, 90, N)[:, None, None]
GROUPS = {
    "action": Grouping.of(["walk"] * 20 + ["sit"] * 4 + ["walk"] * 6, expected=["jump", "sit"]),
    "subject": ["S_9"] * 10 + ["[red]S11"] * 20,
}


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(
        PREDICTED, TARGET, H36M_17, GROUPS, protocols=list(PROTOCOLS), clip_lengths=[20, 10], about={"model": "noise"}
    )


def test_json_names_every_protocol_and_keeps_every_number(report):
    read = json.loads(report_to_json(report))
    assert read["about"] == {"model": "noise"}
    assert read["group_frames"] == report.group_frames
    assert read["missing"] == {"action": ["jump"]}
    for name, result in report.results.items():
        assert read["results"][name]["title"] == PROTOCOLS[name].title
        assert read["results"][name]["mean_mm"] == result.mean_mm
        assert read["results"][name]["per_joint_mm"] == result.per_joint_mm
        assert read["results"][name]["per_group_mm"] == result.per_group_mm
        assert read["results"][name]["mean_of_groups_mm"] == result.mean_of_groups_mm


def test_figures_are_in_json_and_below_the_table(report):
    with_figures = replace(report, figures={"peak speed kept": 0.87654})
    assert json.loads(report_to_json(with_figures))["figures"] == {"peak speed kept": 0.87654}
    assert "peak speed kept: 0.8765" in report_to_latex(with_figures)
    assert json.loads(report_to_json(report))["figures"] == {}


def test_json_holds_how_reliable_expected_errors_are(report):
    found = reliability(np.array([[1.0, 2.0]]), np.array([[2.0, 4.0]]))
    assert json.loads(report_to_json(replace(report, reliability=found)))["reliability"] == found.as_dict()
    assert json.loads(report_to_json(report))["reliability"] is None


def test_what_masking_costs_is_in_json_and_below_the_table(report):
    error_mm, masked = np.array([[30.0, 40.0]]), np.array([[True, False]])
    found = masking(error_mm * 2, error_mm, ~masked, np.ones_like(masked))
    with_masking = replace(report, masking=found)
    assert json.loads(report_to_json(with_masking))["masking"] == found.as_dict()
    assert "masked joints, mm: 60.0; none masked: 30.0; ratio: 2.000" in report_to_latex(with_masking)
    assert json.loads(report_to_json(report))["masking"] is None


def test_csv_has_one_line_per_number(report):
    lines = list(csv.DictReader(io.StringIO(report_to_csv(report))))
    assert len(lines) == len(PROTOCOLS) * (1 + 17 + 3 + 2)
    (sit,) = [x for x in lines if (x["protocol"], x["kind"], x["name"]) == ("procrustes", "action", "sit")]
    expected = report.results["procrustes"].per_group_mm["action"]["sit"]
    assert (sit["frames"], float(sit["error_mm"])) == ("4", expected)


def test_csv_leaves_the_error_of_no_frames_empty(report):
    lines = csv.DictReader(io.StringIO(report_to_csv(report)))
    found = [(x["frames"], x["error_mm"]) for x in lines if x["name"] == "jump"]
    assert found == [("0", "")] * len(PROTOCOLS)


def test_the_table_shows_protocols_groups_and_joints(report):
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(report_to_table(report))
    text = console.export_text()
    for shown in ("PA-MPJPE", "left_wrist", "mean by action", "mean by subject", "[red]S11"):
        assert shown in text
    assert f"{report.results['root_relative'].per_group_mm['action']['sit']:.1f}" in text
    (jump,) = [line for line in text.splitlines() if "jump" in line]
    assert jump.count("no frames") == len(PROTOCOLS)
    assert "nan" not in text


def test_the_latex_table_has_the_same_numbers_and_no_commands_in_names(report):
    lines = report_to_latex(report).splitlines()
    (heads,) = [line for line in lines if "N-MPJPE &" in line]
    assert all(protocol.heading in heads for protocol in PROTOCOLS.values())
    assert all(protocol.title in "\n".join(lines) for protocol in PROTOCOLS.values())
    (subject,) = [line for line in lines if "S\\_9" in line]
    numbers = [f"{r.per_group_mm['subject']['S_9']:.1f}" for r in report.results.values()]
    assert subject == " & ".join(["S\\_9", "10", *numbers]) + " \\\\"
    rows = [line for line in lines if line.endswith("\\\\")]
    assert {line.count(" & ") for line in rows} == {1 + len(PROTOCOLS)}
    assert any("PCK, 150 mm, \\%" in line for line in rows)
