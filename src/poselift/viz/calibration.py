"""A picture of how far off joints are against how far off a model expects them to be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from poselift.metrics.reliability import Reliability
from poselift.viz.plot_files import write_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_reliability(found: Reliability, name: str) -> Figure:
    """Observed over expected errors, bin by bin; a reliable model lies on the diagonal, a sharp one spreads along it.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    end = 1.05 * float(max(found.expected_mm.max(), found.observed_mm.max()))
    axes.plot([0, end], [0, end], color="0.7", linewidth=1)
    axes.plot(found.expected_mm, found.observed_mm, marker="o", markersize=4)
    axes.set(xlim=(0, end), ylim=(0, end), xlabel="expected error in mm", ylabel="observed error in mm")
    axes.set_aspect("equal")
    title = f"{name}: observed / expected {found.factor:.2f}, rank correlation {found.sharpness:.2f}"
    axes.set_title(title, fontsize=10).set_parse_math(False)  # names of files may hold dollar signs
    axes.grid(alpha=0.4)
    return figure


def write_reliability(found: Reliability, name: str, path: Path | str, *, overwrite: bool = False) -> None:
    """Write `draw_reliability` as a `.png` or `.svg`; errors as for `write_plot`."""
    write_plot(lambda: draw_reliability(found, name), path, overwrite=overwrite)
