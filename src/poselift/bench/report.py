"""Results of contests as a table, as JSON, and as a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from poselift.bench.rounds import Result
from poselift.files import whole_file

if TYPE_CHECKING:
    from rich.table import Table

FORMATS = (".json", ".md", ".png", ".svg")


_HEADS = ("a second", "spread", "ratio", "p50 ms", "p99 ms", "limit")


def results_to_table(results: Sequence[Result]) -> Table:
    """Medians and half the range of the rounds, the ratio to the reference, the time of a call, and how much of the
    machine's limit that is."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    table.add_column("", min_width=28)
    for head in _HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    before = None
    for result in results:
        if result.contest != before:
            table.add_section()
            table.add_row(Text(f"{result.contest}, {result.unit}", style="bold"))
            before = result.contest
        table.add_row(Text(f"  {result.way}"), *_figures(result))
    return table


def results_to_markdown(results: Sequence[Result]) -> str:
    """The same for a page."""
    lines = [f"| | {' | '.join(_HEADS)} |", "|---" * (1 + len(_HEADS)) + "|"]
    lines += [f"| {r.contest}, {r.unit}: {r.way} | {' | '.join(_figures(r))} |" for r in results]
    return "\n".join(lines) + "\n"


def write_results(
    results: Sequence[Result], machine: Mapping[str, str], path: Path, *, overwrite: bool = False
) -> None:
    """Write .json, a page, .md, or a picture, .png or .svg.

    Raises:
        OutputError: the file exists and `overwrite` is false, or it cannot be written.
        MissingExtraError: a picture needs matplotlib.
    """
    with whole_file(path, overwrite=overwrite) as temporary:
        if path.suffix == ".json":
            figures = {"machine": dict(machine), "results": [result.as_dict() for result in results]}
            temporary.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        elif path.suffix == ".md":
            head = ", ".join(f"{name} {value}" for name, value in machine.items())
            temporary.write_text(f"{head}\n\n{results_to_markdown(results)}", encoding="utf-8")
        else:
            _draw(results, temporary)


def _figures(result: Result) -> list[str]:
    spread = (max(result.per_second) - min(result.per_second)) / 2 / result.median
    share = "" if result.of_limit is None else f"{100 * result.of_limit:.0f} %"
    times = (result.percentile_ms(50), result.percentile_ms(99))
    return [_short(result.median), f"±{100 * spread:.0f} %", f"{result.ratio:.1f}", *map(_short, times), share]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _draw(results: Sequence[Result], path: Path) -> None:
    """Ratios to the references, with their spread; references are the line at 1."""
    # Not pyplot, which would choose a window system.
    from matplotlib.figure import Figure

    shown = [result for result in results if result.ratio != 1] or list(results)
    figure = Figure(figsize=(8, 1 + 0.4 * len(shown)), layout="constrained")
    axes = figure.subplots()
    places = range(len(shown))
    axes.barh(places, [result.ratio for result in shown])
    axes.set_yticks(places, [f"{result.contest}\n{result.way}" for result in shown], fontsize=7)
    axes.axvline(1, color="0.3")
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("times as fast as the reference")
    figure.savefig(path)
