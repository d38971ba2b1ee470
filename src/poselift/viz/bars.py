"""A picture of the errors of one or several runs, a bar per run and group."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from poselift.metrics import Comparison
from poselift.metrics.layout import NO_FRAMES
from poselift.viz.plot_files import write_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_bars(comparison: Comparison) -> Figure:
    """The rows of a table of runs as bars, the average last; the title is the protocol's.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    # Not pyplot, which would choose a window system and keep every figure.
    from matplotlib.figure import Figure

    heads = [*comparison.columns, "avg"]
    width = 0.8 / len(comparison.rows)
    figure = Figure(
        figsize=(max(6.0, 1.5 + len(heads) * (0.3 + 0.2 * len(comparison.rows))), 4.5), layout="constrained"
    )
    axes = figure.subplots()
    for number, run in enumerate(comparison.rows):
        offset = (number - (len(comparison.rows) - 1) / 2) * width
        values = (*run.errors_mm, run.average_mm)
        there = [(place + offset, value) for place, value in enumerate(values) if value is not None]
        axes.bar([place for place, _ in there], [value for _, value in there], width, label=run.name)
        for place, value in enumerate(values):
            if value is None:
                axes.text(place + offset, 0, f" {NO_FRAMES}", rotation=90, ha="center", va="bottom", fontsize=8)
    axes.axvline(len(heads) - 1.5, color="0.7", linewidth=1)
    axes.set_xticks(range(len(heads)), heads, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_xlim(-0.6, len(heads) - 0.4)
    axes.set_ylabel(f"error in {comparison.protocol.unit}")
    axes.set_title(comparison.protocol.title)
    axes.grid(axis="y", alpha=0.4)
    axes.set_axisbelow(True)
    legend = figure.legend(loc="outside lower center", ncols=min(len(comparison.rows), 4), frameon=False)
    for text in (*axes.get_xticklabels(), *legend.get_texts()):
        text.set_parse_math(False)  # names of folders may hold dollar signs
    return figure


def write_bars(comparison: Comparison, path: Path | str, *, overwrite: bool = False) -> None:
    """Write `draw_bars` as a `.png` or `.svg`; the same runs give the same file.

    Raises:
        OutputError: the name ends otherwise, `path` exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: matplotlib is not installed.
    """
    write_plot(lambda: draw_bars(comparison), path, overwrite=overwrite)
