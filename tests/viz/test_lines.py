"""Plots show every point, with its spread and its name."""

from __future__ import annotations

import pytest

from poselift.errors import OutputError
from poselift.viz.lines import Line, LineChart, draw_lines, write_lines

NUMBERS = LineChart(
    "Hops",
    "hops",
    "mm",
    (Line("a", (1, 2, 4), (50, 40, 45), (1, 2, 3)), Line("b", (1, 4), (60, 61), (0, 0))),
    log=True,
)
NAMED = LineChart("Networks", "", "mm", (Line("$a$", (0, 1), (50, 40), (1, 2)),), names=("$lcn$", "gcn"))


def test_lines_go_through_the_means_with_their_spread():
    axes = draw_lines(NUMBERS).axes[0]
    first, second = axes.containers
    assert first.lines[0].get_xydata().tolist() == [[1, 50], [2, 40], [4, 45]]
    assert second.lines[0].get_xydata().tolist() == [[1, 60], [4, 61]]
    bars = first.lines[2][0].get_segments()
    assert [[y for _, y in bar] for bar in bars] == [[49, 51], [38, 42], [42, 48]]
    assert axes.get_xscale() == "log"
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("hops", "mm", "Hops")


def test_names_stand_below_their_points_as_they_are():
    figure = draw_lines(NAMED)
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["$lcn$", "gcn"]
    assert axes.containers[0].lines[0].get_linestyle() == "None"
    assert figure.legends == []


def test_points_may_be_named_themselves():
    line = Line("a", (10, 20), (1, 2), (0, 0), ("small", "large"))
    axes = draw_lines(LineChart("Size", "parameters", "mm", (line,))).axes[0]
    assert [text.get_text() for text in axes.texts] == ["small", "large"]


def test_the_same_chart_is_the_same_file(tmp_path):
    for name in ("a.svg", "b.svg"):
        write_lines(NUMBERS, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    with pytest.raises(OutputError, match="exists"):
        write_lines(NUMBERS, tmp_path / "a.svg")
    with pytest.raises(OutputError, match=r"ends in \.png or \.svg"):
        write_lines(NUMBERS, tmp_path / "a.pdf")
