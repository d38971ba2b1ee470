"""Tables of text, and how they are set: in a terminal, in LaTeX, in plain characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.table import Table

# What stands in the place of a number that there is not.
NO_FRAMES = "no frames"

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "&%$#_{}"},
    }
)


class Cells(NamedTuple):
    """A table: its title, the heads of its columns, sections of rows as long as the head, and notes below."""

    title: str
    header: Sequence[str]
    sections: Sequence[Sequence[Sequence[str]]]
    notes: Sequence[str] = ()


def cells_to_table(cells: Cells) -> Table:
    """For a terminal; names keep their line, heads are folded."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    # As texts, since a name in square brackets would be taken for a colour.
    notes = Text("\n".join(cells.notes), justify="left") if cells.notes else None
    table = Table(title=Text(cells.title), caption=notes, box=SIMPLE_HEAD)
    for place, head in enumerate(cells.header):
        table.add_column(Text(head), justify="right" if place else "left", overflow="fold", no_wrap=place == 0)
    for section in cells.sections:
        for row in section:
            table.add_row(*map(Text, row))
        table.add_section()
    return table


def cells_to_latex(cells: Cells) -> str:
    """A `table` environment with the title as caption; needs the package booktabs."""

    def line(row: Sequence[str]) -> str:
        return " & ".join(latex_escaped(cell) for cell in row) + r" \\"

    body = "\n\\midrule\n".join("\n".join(map(line, section)) for section in cells.sections if section)
    return (
        "\\begin{table}\n\\centering\n"
        f"\\caption{{{latex_escaped(cells.title)}}}\n"
        f"\\begin{{tabular}}{{l{'r' * (len(cells.header) - 1)}}}\n"
        f"\\toprule\n{line(cells.header)}\n\\midrule\n{body}\n\\bottomrule\n"
        "\\end{tabular}\n" + "".join(f"\n{latex_escaped(note)}\n" for note in cells.notes) + "\\end{table}\n"
    )


def latex_escaped(text: str) -> str:
    """Text in which no character is a command of LaTeX."""
    return text.translate(_LATEX)


def cells_to_text(cells: Cells) -> str:
    """Plain characters as the package prettytable sets them, without the title: `|`, `-` and centred columns."""
    rows = [list(cells.header), *(list(row) for section in cells.sections for row in section)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    centred = [[f" {cell.center(width)} " for cell, width in zip(row, widths, strict=True)] for row in rows]
    head, *body = (f"|{'|'.join(row)}|" for row in centred)
    return "\n".join([rule, head, rule, *body, rule]) + "\n"
