"""A plot of measured means with their spread: lines over numbers, points over names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poselift.viz.plot_files import write_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MARKERS = "osD^vP*X"
# Of a legend: a marker with the space around, and a letter.
_ENTRY_IN, _LETTER_IN = 0.7, 0.085


@dataclass(frozen=True)
class Line:
    """What belongs together.

    Attributes:
        name: in the legend.
        x: numbers, or places along an axis of names.
        mean, spread: for each of them.
        labels: written beside the points, where they are not told apart by x.
    """

    name: str
    x: tuple[float, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class LineChart:
    """A plot.

    Attributes:
        names: along the x axis, in place of numbers.
        log: whether the x axis is logarithmic.
    """

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    names: tuple[str, ...] = ()
    log: bool = False


def draw_lines(chart: LineChart) -> Figure:
    """The chart as a figure.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    # Not pyplot, which would choose a window system and keep every figure.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(max(6.5, 1.5 + 0.6 * len(chart.names)), 4.5), layout="constrained")
    axes = figure.subplots()
    for number, line in enumerate(chart.lines):
        style = "none" if chart.names or line.labels else "-"
        marker = _MARKERS[number % len(_MARKERS)]
        # Points over the same name stand beside each other.
        beside = 0.5 * ((number + 0.5) / len(chart.lines) - 0.5) if chart.names else 0
        x = [value + beside for value in line.x]
        axes.errorbar(x, line.mean, line.spread, linestyle=style, marker=marker, capsize=3, label=line.name)
        for place, value, label in zip(x, line.mean, line.labels, strict=False):
            note = axes.annotate(label, (place, value), (5, 3), textcoords="offset points", fontsize=7)
            note.set_parse_math(False)
    if chart.log:
        axes.set_xscale("log")
    if chart.names:
        axes.set_xticks(range(len(chart.names)), chart.names, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_xlim(-0.6, len(chart.names) - 0.4)
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    axes.set_title(chart.title)
    axes.grid(alpha=0.4)
    axes.set_axisbelow(True)
    names: list[str] = [line.name for line in chart.lines]
    texts = [axes.title, axes.xaxis.label, *axes.get_xticklabels()]
    if len(names) > 1:
        fitting = int(figure.get_figwidth() / (_ENTRY_IN + _LETTER_IN * max(map(len, names))))
        legend = figure.legend(loc="outside lower center", ncols=min(len(names), max(fitting, 1)), frameon=False)
        texts += legend.get_texts()
    if chart.names:
        for text in texts:
            text.set_parse_math(False)
    return figure


def write_lines(chart: LineChart, path: Path, *, overwrite: bool = False) -> None:
    """Write `draw_lines` as a `.png` or `.svg`; the same chart gives the same file.

    Raises:
        OutputError: the name ends otherwise, `path` exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: matplotlib is not installed.
    """
    write_plot(lambda: draw_lines(chart), path, overwrite=overwrite)
