"""Bars: as high as the numbers, one per run and group, none where there are no frames."""

from __future__ import annotations

import pytest

from poselift.errors import OutputError
from poselift.metrics import PROTOCOLS, ComparedRun, Comparison
from poselift.viz.bars import draw_bars, write_bars

RUNS = Comparison(
    PROTOCOLS["procrustes"],
    "action",
    ("walk", "sit", "$a^$"),
    (ComparedRun("plain", (40.0, 55.5, None), 47.75), ComparedRun("$with_flip^$", (38.0, 50.0, 60.0), 148.0 / 3)),
)


def test_bars_are_as_high_as_the_numbers():
    (axes,) = draw_bars(RUNS).axes
    heights = [[bar.get_height() for bar in bars] for bars in axes.containers]
    assert heights == [[40.0, 55.5, 47.75], [38.0, 50.0, 60.0, 148.0 / 3]]
    assert [label.get_text() for label in axes.get_xticklabels()] == [*RUNS.columns, "avg"]


def test_bars_of_a_group_stand_side_by_side_around_its_name():
    (axes,) = draw_bars(RUNS).axes
    first, second = (bars[1] for bars in axes.containers)
    assert first.get_x() + first.get_width() == pytest.approx(second.get_x())
    assert second.get_x() == pytest.approx(axes.get_xticks()[1])


def test_the_picture_names_its_protocol_runs_and_what_has_no_frames():
    figure = draw_bars(RUNS)
    (axes,) = figure.axes
    assert axes.get_title() == "Protocol 2: PA-MPJPE"
    assert [text.get_text().strip() for text in axes.texts] == ["no frames"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["plain", "$with_flip^$"]
    assert axes.get_ylabel() == "error in mm"
    moving = Comparison(PROTOCOLS["velocity"], RUNS.by, RUNS.columns, RUNS.rows)
    assert draw_bars(moving).axes[0].get_ylabel() == "error in mm per frame"


def test_pictures_are_written_in_the_format_of_their_name(tmp_path):
    write_bars(RUNS, tmp_path / "bars.png")
    assert (tmp_path / "bars.png").read_bytes().startswith(b"\x89PNG")
    for name in ("bars.svg", "again.svg"):
        write_bars(RUNS, tmp_path / name)
    assert "<svg" in (tmp_path / "bars.svg").read_text()
    assert (tmp_path / "bars.svg").read_text() == (tmp_path / "again.svg").read_text()


def test_other_formats_and_older_pictures_are_refused(tmp_path):
    with pytest.raises(OutputError, match=r"expected a name that ends in .png or .svg"):
        write_bars(RUNS, tmp_path / "bars.txt")
    (tmp_path / "bars.png").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        write_bars(RUNS, tmp_path / "bars.png")
    assert (tmp_path / "bars.png").read_text() == "mine"
    write_bars(RUNS, tmp_path / "bars.png", overwrite=True)
    assert (tmp_path / "bars.png").read_bytes().startswith(b"\x89PNG")
