"""Plots by matplotlib in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from poselift.errors import OutputError
from poselift.files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg")


def write_plot(draw: Callable[[], Figure], path: Path | str, *, overwrite: bool = False) -> None:
    """Write what is drawn as a `.png` or `.svg`; the same figure gives the same file.

    Raises:
        OutputError: the name ends otherwise, `path` exists and `overwrite` is false, or the disk refuses.
        MissingExtraError: matplotlib is not installed.
    """
    path = Path(path)
    if path.suffix not in FORMATS:
        raise OutputError(f"{path}: expected a name that ends in {' or '.join(FORMATS)}", "name another file")
    figure = draw()
    from matplotlib import rc_context

    metadata = {"Date": None} if path.suffix == ".svg" else None
    with whole_file(path, overwrite=overwrite) as temporary, rc_context({"svg.hashsalt": "poselift"}):
        figure.savefig(temporary, dpi=150, metadata=metadata)
