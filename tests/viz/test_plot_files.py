"""Plots in files: by their ending, the same twice, and none that is written over unasked."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from poselift.errors import OutputError
from poselift.viz.plot_files import write_plot


def drawn() -> Figure:
    figure = Figure()
    figure.subplots().plot([0, 1], [1, 0])
    return figure


def test_the_ending_says_the_format_and_the_same_figure_gives_the_same_file(tmp_path):
    for name in ("a.svg", "b.svg", "a.png"):
        write_plot(drawn, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "a.svg").read_text()
    assert (tmp_path / "a.svg").read_text() == (tmp_path / "b.svg").read_text()


def test_other_formats_are_refused_before_anything_is_drawn(tmp_path):
    with pytest.raises(OutputError, match=r"expected a name that ends in .png or .svg"):
        write_plot(lambda: pytest.fail("drawn"), tmp_path / "a.txt")


def test_a_file_is_kept_unless_told_otherwise(tmp_path):
    (tmp_path / "a.png").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        write_plot(drawn, tmp_path / "a.png")
    write_plot(drawn, tmp_path / "a.png", overwrite=True)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
