"""Tables of text, whatever is in their cells."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from poselift.metrics.layout import Cells, cells_to_latex, cells_to_table, cells_to_text, latex_escaped

CELLS = Cells(
    "a_title, 50 %",
    ["split", "mm"],
    [[["S9_[red]", "7.25"], ["S11", "13.00"]], [["mean", "10.12"]]],
    ["all & sundry"],
)


def test_a_terminal_shows_every_cell_as_it_is():
    out = StringIO()
    Console(file=out, width=60).print(cells_to_table(CELLS))
    for text in ("a_title, 50 %", "S9_[red]", "13.00", "mean", "all & sundry"):
        assert text in out.getvalue()


def test_latex_takes_no_character_for_a_command():
    assert latex_escaped("a_b & 5 % \\ {x}^2 ~") == (
        r"a\_b \& 5 \% \textbackslash{} \{x\}\textasciicircum{}2 \textasciitilde{}"
    )
    text = cells_to_latex(CELLS)
    assert r"\caption{a\_title, 50 \%}" in text
    assert r"\begin{tabular}{lr}" in text
    assert text.count(r"\midrule") == len(CELLS.sections)
    assert r"S9\_[red] & 7.25 \\" in text
    assert r"all \& sundry" in text


def test_plain_columns_are_as_wide_as_their_widest_cell():
    lines = cells_to_text(CELLS).splitlines()
    assert len(lines) == 3 + 3 + 1
    assert {len(line) for line in lines} == {len("+----------+-------+")}
    assert lines[3] == "| S9_[red] |  7.25 |"
