"""Reports: the parts agree with the whole, and nothing is lost on the way to a file."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from rich.console import Console

from poselift.errors import ShapeError
from poselift.metrics import (
    PROTOCOLS,
    Report,
    evaluate,
    mpjpe,
    pa_mpjpe,
    report_to_csv,
    report_to_json,
    report_to_table,
)
from poselift.skeleton import H36M_17

N = 30
TARGET = np.random.default_rng(3).normal(0, 300, (N, 17, 3))
PREDICTED = TARGET + np.random.default_rng(4).normal(0, 1, TARGET.shape) * np.linspace(10, 90, N)[:, None, None]
GROUPS = ["walk"] * 20 + ["sit"] * 4 + ["walk"] * 6


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(PREDICTED, TARGET, H36M_17, GROUPS, about={"model": "noise"})


def test_the_overall_errors_are_the_metrics(report):
    root_relative = mpjpe(PREDICTED - PREDICTED[:, :1], TARGET - TARGET[:, :1])
    assert report.results["root_relative"].mean_mm == pytest.approx(root_relative)
    assert report.results["procrustes"].mean_mm == pytest.approx(pa_mpjpe(PREDICTED, TARGET))


def test_joints_and_groups_average_to_the_whole(report):
    assert report.group_frames == {"walk": 26, "sit": 4}
    assert report.results.keys() == PROTOCOLS.keys()
    for result in report.results.values():
        assert np.mean(list(result.per_joint_mm.values())) == pytest.approx(result.mean_mm)
        weighted = sum(result.per_group_mm[g] * n for g, n in report.group_frames.items()) / N
        assert weighted == pytest.approx(result.mean_mm)
        assert result.mean_of_groups_mm == pytest.approx(np.mean(list(result.per_group_mm.values())))
        assert result.mean_of_groups_mm != pytest.approx(result.mean_mm)


def test_a_group_measured_alone_has_the_same_error(report):
    chosen = np.array(GROUPS) == "sit"
    alone = evaluate(PREDICTED[chosen], TARGET[chosen], H36M_17)
    for name, result in report.results.items():
        assert alone.results[name].mean_mm == pytest.approx(result.per_group_mm["sit"])
        assert alone.results[name].mean_of_groups_mm == alone.results[name].mean_mm


def test_joints_can_be_chosen():
    joints = ("left_wrist", "right_wrist")
    result = evaluate(PREDICTED, TARGET, H36M_17, joints=joints).results["root_relative"]
    assert tuple(result.per_joint_mm) == joints


def test_json_names_every_protocol_and_keeps_every_number(report):
    read = json.loads(report_to_json(report))
    assert read["about"] == {"model": "noise"}
    for name, result in report.results.items():
        assert read["results"][name]["title"] == PROTOCOLS[name].title
        assert read["results"][name]["mean_mm"] == result.mean_mm
        assert read["results"][name]["per_joint_mm"] == result.per_joint_mm


def test_csv_has_one_line_per_number(report):
    lines = list(csv.DictReader(io.StringIO(report_to_csv(report))))
    assert len(lines) == len(PROTOCOLS) * (1 + 17 + 2)
    (sit,) = [x for x in lines if (x["protocol"], x["kind"], x["name"]) == ("procrustes", "group", "sit")]
    assert (sit["frames"], float(sit["error_mm"])) == ("4", report.results["procrustes"].per_group_mm["sit"])


def test_the_table_shows_protocols_groups_and_joints(report):
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(report_to_table(report))
    text = console.export_text()
    assert "PA-MPJPE" in text
    assert "left_wrist" in text
    assert f"{report.results['root_relative'].per_group_mm['sit']:.1f}" in text


def test_groups_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="each of 30 frames, got 29"):
        evaluate(PREDICTED, TARGET, H36M_17, GROUPS[1:])
    with pytest.raises(ShapeError, match="1 of 30 frames have no group, the first is frame 29"):
        evaluate(PREDICTED, TARGET, H36M_17, [*GROUPS[:-1], ""])


def test_no_frames_are_no_report():
    with pytest.raises(ShapeError, match="at least one pose"):
        evaluate(PREDICTED[:0], TARGET[:0], H36M_17, [])
